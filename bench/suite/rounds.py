"""Who is measured when. One after another, quickly, and in another order each round: what drifts
with the machine meets all of a round alike, and cancels out of their ratios."""

from suite.check import Different


def in_order(names, number):
    """Whoever was first is last in the next round but one, and each second round goes backwards, so
    that nobody always comes behind the same one."""
    at = number // 2 % len(names) if names else 0
    turned = names[at:] + names[:at]
    return turned[::-1] if number % 2 else turned


class Turns:
    """The figures of each server, one for each round; who fails once is left out, with why."""

    def __init__(self, names):
        self.figures, self.left_out = {name: [] for name in names}, {}
        self.number = 0

    def names(self):
        return list(self.figures)

    def leave_out(self, name, why):
        self.left_out[name] = str(why)
        self.figures.pop(name, None)

    def each(self, do):
        """`do(name)` for each that is there."""
        for name in in_order(self.names(), self.number):
            try:
                yield name, do(name)
            except Different as why:
                self.leave_out(name, why)

    def measure(self, do):
        """A round."""
        for name, figures in self.each(do):
            self.figures[name].append(figures)
        self.number += 1


def alone(names, count, measure):
    """Rounds in which `measure(name)` starts each server anew, and no other runs."""
    turns = Turns(names)
    for _ in range(count):
        turns.measure(measure)
    return turns
