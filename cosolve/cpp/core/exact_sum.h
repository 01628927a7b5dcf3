// A sum that keeps what rounding cuts off.
//
// Knuth's two-sum (The Art of Computer Programming 2, section 4.2.2): huge terms, the lengths of
// forbidden edges say, may come and go without a trace in what remains.
#pragma once

namespace cosolve {

class ExactSum {
public:
    void add(double term) {
        double const sum = sum_ + term;
        double const added = sum - sum_;
        lost_ += (sum_ - (sum - added)) + (term - added);
        sum_ = sum;
    }
    void subtract(ExactSum const &other) {
        add(-other.sum_);
        add(-other.lost_);
    }
    double value() const { return sum_ + lost_; }

private:
    double sum_ = 0, lost_ = 0;
};

}  // namespace cosolve
