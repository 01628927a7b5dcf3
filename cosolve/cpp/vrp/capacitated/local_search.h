// Local search around the clients that an iteration touched.
//
// Moves that give a client a neighbour nearer than one it has (the gain criterion of Lin and
// Kernighan): relocate strings of up to three clients, swap two clients, 2-opt within a route,
// 2-opt* between two, with and without turning the tails around.
#pragma once

#include <vector>

#include "vrp/capacitated/routes.h"

namespace cosolve::vrp {

struct Near {
    int node;
    float distance;
};

template <class Distance> class LocalSearch {
public:
    // `near` holds the rows of `rows`, each the nearest first.
    LocalSearch(RouteSet<Distance> &routes, std::vector<Near> const &near, NearRows const &rows,
                int width)
        : s_(routes), near_(near), rows_(rows), width_(width),
          queued_(static_cast<std::size_t>(routes.clients()) + 1, 0) {}

    void add(int client) {
        if (client == 0 || queued_[at(client)]) return;
        queued_[at(client)] = 1;
        queue_.push_back(client);
    }

    void run() {
        for (std::size_t k = 0; k < queue_.size(); ++k) {
            int const client = queue_[k];
            queued_[at(client)] = 0;
            while (improve(client)) {
            }
        }
        queue_.clear();
    }

private:
    enum class Kind { None, TwoOpt, Tails, Heads, Bring, Go, Swap };
    struct Move {
        Kind kind = Kind::None;
        double delta = -1e-7;
        int a = 0, b = 0, size = 1;
        bool forward = true, turned = false;
    };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    int on(int i, bool forward) const { return forward ? s_.next(i) : s_.prev(i); }
    double legOn(int i, bool forward) const { return forward ? s_.legNext(i) : s_.legPrev(i); }

    bool improve(int client) {
        best_ = Move{};
        Near const *near = near_.data() + rows_.begin(client);
        int const width = std::min(width_, rows_.count(client));
        for (bool const forward : {true, false}) {
            double const leg = legOn(client, forward);
            for (int k = 0; k < width; ++k) {
                if (near[k].distance >= leg) break;
                if (s_.routeOf(near[k].node) == kAbsent) continue;
                tryPair(client, near[k].node, forward);
            }
        }
        if (best_.kind == Kind::None) return false;
        apply(best_);
        return true;
    }

    void offer(Kind kind, double delta, int a, int b, bool forward, int size = 1,
               bool turned = false) {
        if (delta < best_.delta) best_ = {kind, delta, a, b, size, forward, turned};
    }

    // The leg from c forward (or back) is replaced by one to v.
    void tryPair(int c, int v, bool forward) {
        double const direct = s_.leg(c, v);
        double const gain = legOn(c, forward) - direct;
        if (gain <= 0) return;
        int const rc = s_.routeOf(c), rv = s_.routeOf(v);
        int const s = on(c, forward), sv = on(v, forward), pv = on(v, !forward);
        // c-v and s-sv: the parts beyond turn around.
        double const heads = s_.legOrDepot(s, sv) - legOn(v, forward) - gain;
        if (heads < best_.delta && sv != c) tryHeads(c, v, forward, heads, rc == rv);
        if (rc != rv) {
            double const tails = s_.legOrDepot(pv, s) - legOn(v, !forward) - gain;
            if (tails < best_.delta) tryTails(c, v, forward, tails);
        }
        bring(c, v, forward, gain);
        go(c, v, forward, direct);
        swap(c, s, v, forward, gain);
    }

    void tryHeads(int c, int v, bool forward, double delta, bool same) {
        if (same) {
            if (!s_.lengthAllows(s_.routeOf(c), delta)) return;
            offer(Kind::TwoOpt, delta, c, v, forward);
            return;
        }
        // Kept together: the parts up to c and up to v; and the parts beyond them.
        double const c1 = loadUpTo(c, !forward), v1 = loadUpTo(v, !forward);
        if (c1 + v1 > capacity()) return;
        double const all = load(s_.routeOf(c)) + load(s_.routeOf(v));
        if (all - c1 - v1 > capacity() || !lengthsAllow(c, v, forward, true)) return;
        offer(Kind::Heads, delta, c, v, forward);
    }

    void tryTails(int c, int v, bool forward, double delta) {
        double const c1 = loadUpTo(c, !forward), v1 = loadUpTo(v, forward);
        if (c1 + v1 > capacity()) return;
        double const all = load(s_.routeOf(c)) + load(s_.routeOf(v));
        if (all - c1 - v1 > capacity() || !lengthsAllow(c, v, forward, false)) return;
        offer(Kind::Tails, delta, c, v, forward);
    }

    // Routes that exchange parts are measured by walking: only where their length is limited.
    bool lengthsAllow(int c, int v, bool forward, bool heads) {
        if (s_.instance().maxLength == kInfinity) return true;
        exchange(c, v, forward, heads);
        return lengthOf(one_) <= limit() && lengthOf(two_) <= limit();
    }
    double limit() const {
        return s_.instance().maxLength + 1e-9 * (1.0 + s_.instance().maxLength);
    }
    double lengthOf(std::vector<int> const &clients) const {
        double length = 0;
        int last = 0;
        for (int const c : clients) {
            length += s_.legOrDepot(last, c) + s_.service(c);
            last = c;
        }
        return last ? length + s_.node(last).depot : 0.0;
    }

    // A string beginning with v comes between c and the client beyond it.
    void bring(int c, int v, bool forward, double gain) {
        int const s = on(c, forward);
        if (v == s) return;
        int const rc = s_.routeOf(c), rv = s_.routeOf(v);
        for (bool const along : {true, false}) {  // the string goes on from v this way in its route
            int end = v, size = 1;
            double demand = s_.node(v).demand;
            double const out = legOn(v, !along);
            int const before = on(v, !along);
            while (true) {
                int const after = on(end, along);
                double const closed = before || after ? s_.legOrDepot(before, after) : 0.0;
                double const delta =
                    s_.legOrDepot(end, s) - gain + closed - out - legOn(end, along);
                if (rc != rv && s_.room(rc) < demand) break;
                if (delta < best_.delta &&
                    lengthOk(v, size, along, rc, rv, delta, closed - out - legOn(end, along)))
                    offer(Kind::Bring, delta, c, v, forward, size, along);
                if (size == 3 || after == 0 || after == c || (rc == rv && after == s)) break;
                end = after;
                demand += s_.node(end).demand;
                ++size;
            }
        }
    }

    // A string beginning with c goes between v and either of its neighbours.
    void go(int c, int v, bool forward, double direct) {
        // The leg of c that is given up is the one forward: the string goes on backward, or is c.
        int const rc = s_.routeOf(c), rv = s_.routeOf(v);
        int end = c, size = 1;
        double demand = s_.node(c).demand;
        int const before = on(c, forward);
        while (true) {
            int const after = on(end, !forward);
            double const closed = before || after ? s_.legOrDepot(before, after) : 0.0;
            double const saved = closed - legOn(c, forward) - legOn(end, !forward);
            if (rc != rv && s_.room(rv) < demand) return;
            for (bool const side : {true, false}) {
                int const w = on(v, side);
                // In the same route v and w must lie outside the string and not beside its ends.
                if (rc == rv && (w == c || w == end || inString(w, c, size, forward))) continue;
                double const added = direct + s_.legOrDepot(end, w) - legOn(v, side);
                double const delta = saved + added;
                if (delta < best_.delta && lengthOk(c, size, !forward, rv, rc, delta, saved))
                    offer(Kind::Go, delta, c, v, forward, size, side);
            }
            if (size == 3 || after == 0 || after == v) return;
            end = after;
            demand += s_.node(end).demand;
            ++size;
        }
    }

    bool inString(int w, int c, int size, bool forward) const {
        for (int k = 0, i = c; k < size; ++k, i = on(i, !forward))
            if (i == w) return true;
        return false;
    }

    // A string leaves route `from` for route `to`, whose lengths change by `saved` and the rest.
    bool lengthOk(int first, int size, bool along, int to, int from, double delta, double saved) {
        if (s_.instance().maxLength == kInfinity) return true;
        if (to == from) return s_.lengthAllows(to, delta);
        double inside = 0;  // the string takes its legs and services with it
        for (int k = 0, i = first; k < size; ++k, i = on(i, along))
            inside += s_.service(i) + (k + 1 < size ? legOn(i, along) : 0.0);
        return s_.lengthAllows(to, delta - saved + inside);
    }

    // The neighbour s of c and v change places: v comes beside c.
    void swap(int c, int s, int v, bool forward, double gain) {
        if (s == 0 || v == s) return;
        int const ss = on(s, forward);
        if (v == ss || c == v) return;
        int const rs = s_.routeOf(s), rv = s_.routeOf(v);
        int const pv = s_.prev(v), nv = s_.next(v);
        if (pv == s || nv == s || pv == c || nv == c) return;
        double const inRs = s_.legOrDepot(v, ss) - legOn(s, forward) - gain;
        double const inRv =
            s_.legOrDepot(pv, s) + s_.legOrDepot(s, nv) - s_.legPrev(v) - s_.legNext(v);
        double const delta = inRs + inRv;
        if (delta >= best_.delta) return;
        double const more = s_.node(v).demand - s_.node(s).demand;
        if (rs != rv && (s_.room(rs) < more || s_.room(rv) < -more)) return;
        if (s_.instance().maxLength < kInfinity) {
            double const longer = s_.service(v) - s_.service(s);
            if (rs == rv
                    ? !s_.lengthAllows(rs, delta)
                    : !s_.lengthAllows(rs, inRs + longer) || !s_.lengthAllows(rv, inRv - longer))
                return;
        }
        offer(Kind::Swap, delta, s, v, forward);
    }

    double capacity() const { return s_.instance().capacity; }
    double load(int route) const { return capacity() - s_.room(route); }
    // Load of c and everything in one direction from it.
    double loadUpTo(int c, bool forward) const {
        double sum = 0;
        for (int i = c; i; i = on(i, forward)) sum += s_.node(i).demand;
        return sum;
    }

    void apply(Move const &m) {
        switch (m.kind) {
        case Kind::TwoOpt: reverseBetween(m.a, m.b, m.forward); break;
        case Kind::Heads:
        case Kind::Tails: {
            int const r1 = s_.routeOf(m.a), r2 = s_.routeOf(m.b);
            addAround(m.a);
            addAround(m.b);
            exchange(m.a, m.b, m.forward, m.kind == Kind::Heads);
            s_.assign(r1, one_);
            s_.assign(r2, two_);
            break;
        }
        case Kind::Bring: moveString(m.b, m.size, m.turned, m.a, m.forward); break;
        case Kind::Go: moveString(m.a, m.size, !m.forward, m.b, m.turned); break;
        case Kind::Swap: swapClients(m.a, m.b); break;
        case Kind::None: break;
        }
    }

    void addAround(int c) {
        add(c);
        add(s_.prev(c));
        add(s_.next(c));
    }

    void reverseBetween(int c, int v, bool forward) {
        addAround(c);
        addAround(v);
        int const route = s_.routeOf(c);
        one_.clear();
        s_.append(route, one_);
        auto i = std::find(one_.begin(), one_.end(), c), j = std::find(one_.begin(), one_.end(), v);
        if (i > j) std::swap(i, j);
        // Forward, c keeps its predecessor and gets v for a successor.
        if (forward)
            std::reverse(i + 1, j + 1);
        else
            std::reverse(i, j);
        s_.assign(route, one_);
    }

    // The two routes after an exchange of parts, into one_ and two_.
    void exchange(int c, int v, bool forward, bool heads) {
        one_.clear();
        two_.clear();
        auto walk = [&](int from, bool way, std::vector<int> &to) {
            for (int i = from; i; i = on(i, way)) to.push_back(i);
        };
        auto reversed = [&](int from, bool way, std::vector<int> &to) {
            std::size_t const start = to.size();
            walk(from, way, to);
            std::reverse(to.begin() + static_cast<std::ptrdiff_t>(start), to.end());
        };
        int const s = on(c, forward);
        reversed(c, !forward, one_);  // ends at c
        if (heads) {
            walk(v, !forward, one_);
            reversed(s, forward, two_);
            walk(on(v, forward), forward, two_);
        } else {
            walk(v, forward, one_);
            reversed(on(v, !forward), !forward, two_);
            walk(s, forward, two_);
        }
    }

    // The string that goes on from `first` in one direction comes beside `v`, `first` next to it.
    void moveString(int first, int size, bool along, int v, bool side) {
        int string[3];
        for (int k = 0, i = first; k < size; ++k, i = on(i, along)) string[k] = i;
        for (int k = 0; k < size; ++k) addAround(string[k]);
        for (int k = 0; k < size; ++k) s_.unlink(string[k]);
        int const route = s_.routeOf(v);
        int before = side ? v : s_.prev(v);
        for (int k = 0; k < size; ++k) {
            // Beyond v the string follows in order; before it, every client comes before the last.
            s_.link(string[k], before, route);
            if (side) before = string[k];
        }
        add(v);
        for (int k = 0; k < size; ++k) addAround(string[k]);
    }

    void swapClients(int a, int b) {
        addAround(a);
        addAround(b);
        int const ra = s_.routeOf(a), rb = s_.routeOf(b);
        int const pa = s_.prev(a), pb = s_.prev(b);
        s_.unlink(a);
        s_.unlink(b);
        s_.link(b, pa, ra);
        s_.link(a, pb, rb);
        addAround(a);
        addAround(b);
    }

    RouteSet<Distance> &s_;
    std::vector<Near> const &near_;
    NearRows const &rows_;
    int width_;
    std::vector<char> queued_;
    std::vector<int> queue_;
    std::vector<int> one_, two_;
    Move best_;
};

}  // namespace cosolve::vrp
