#include "vrp/hgs/penalty_manager.h"

#include <algorithm>

namespace cosolve::vrp::hgs {

namespace {

constexpr double kRaise = 1.2, kLower = 0.85, kBand = 0.05;
constexpr double kLeast = 0.1, kFirst = 1e4, kMost = 1e6;
constexpr double kRepair = 10.0;

double ratio(double a, double b) {
    return a > 0.0 && b > 0.0 ? a / b : 1.0;
}

}  // namespace

PenaltyManager::PenaltyManager(Instance const &instance, double target) : target_(target) {
    double const far = instance.maxDistance();
    current_.load = std::clamp(ratio(far, instance.maxDemand()), kLeast, kFirst);
    current_.warp = current_.duration =
        std::clamp(ratio(far, instance.maxTravel()), kLeast, kFirst);
    reference_ = current_;
}

Penalties PenaltyManager::repair() const {
    return {kRepair * current_.load, kRepair * current_.warp, kRepair * current_.duration};
}

void PenaltyManager::note(Individual const &localOptimum) {
    ++noted_;
    auto const &v = localOptimum.violations();
    load_ += v.load <= 1e-9;
    warp_ += v.warp <= 1e-9;
    duration_ += v.duration <= 1e-9;
}

double PenaltyManager::adjusted(double price, int satisfied) const {
    double const share = static_cast<double>(satisfied) / kPeriod;
    if (share < target_ - kBand) return std::min(price * kRaise, kMost);
    if (share > target_ + kBand) return std::max(price * kLower, kLeast);
    return price;
}

bool PenaltyManager::adjust() {
    if (noted_ < kPeriod) return false;
    current_ = {adjusted(current_.load, load_), adjusted(current_.warp, warp_),
                adjusted(current_.duration, duration_)};
    noted_ = load_ = warp_ = duration_ = 0;
    return true;
}

}  // namespace cosolve::vrp::hgs
