#include "scheduling/tabu_bound.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace cosolve::scheduling {

Time simpleBound(TabuInstance const &instance) {
    struct Load {
        Time head = std::numeric_limits<Time>::max();
        Time tail = std::numeric_limits<Time>::max();
        Time work = 0;
    };
    std::size_t const n = instance.job.size();
    std::vector<Time> shortest(n), head(n), tail(n);
    std::int64_t total = 0;
    Time bound = 0;
    for (std::size_t i = 0; i < n; ++i) {
        auto const begin = instance.duration.begin();
        shortest[i] = *std::min_element(begin + instance.first[i], begin + instance.first[i + 1]);
        total += shortest[i];
        bool const opens = i == 0 || instance.job[i] != instance.job[i - 1];
        head[i] = opens ? instance.release[static_cast<std::size_t>(instance.job[i])]
                        : head[i - 1] + shortest[i - 1];
        bound = std::max(bound, head[i] + shortest[i]);
    }
    for (std::size_t i = n; i-- > 1;)
        if (instance.job[i] == instance.job[i - 1]) tail[i - 1] = tail[i] + shortest[i];
    std::vector<Load> loads(static_cast<std::size_t>(instance.machines));
    for (std::size_t i = 0; i < n; ++i) {
        if (instance.first[i + 1] - instance.first[i] != 1) continue;
        auto const k = static_cast<std::size_t>(instance.machineOf(instance.first[i]));
        loads[k].head = std::min(loads[k].head, std::max(head[i], instance.available[k]));
        loads[k].tail = std::min(loads[k].tail, tail[i]);
        loads[k].work += shortest[i];
    }
    for (Load const &load : loads)
        if (load.work > 0) bound = std::max(bound, load.head + load.work + load.tail);
    std::int64_t const machines = std::max(instance.machines, 1);
    return std::max(bound, static_cast<Time>((total + machines - 1) / machines));
}

}  // namespace cosolve::scheduling
