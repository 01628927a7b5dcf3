// A range of angles seen from the depot; a full turn is 65536.
#pragma once

namespace cosolve::vrp::hgs {

class Sector {
public:
    void clear() { width_ = -1; }

    // Widens the range, on the side where less is needed, to hold an angle.
    void include(int angle) {
        if (width_ < 0) {
            begin_ = angle;
            width_ = 0;
            return;
        }
        int const ahead = (angle - begin_) & kMask;
        if (ahead <= width_) return;
        int const behind = (begin_ - angle) & kMask;
        if (ahead - width_ <= behind) {
            width_ = ahead;
        } else {
            begin_ = angle;
            width_ += behind;
        }
    }

    bool overlaps(Sector const &other) const {
        return ((other.begin_ - begin_) & kMask) <= width_ ||
               ((begin_ - other.begin_) & kMask) <= other.width_;
    }

private:
    static constexpr int kMask = 0xffff;
    int begin_ = 0, width_ = -1;
};

}  // namespace cosolve::vrp::hgs
