"""The parts of the torture: each yields (row of the table, function, points, how many there are)."""
import bombs as bombs_of
import faults
import hostile
import power_cuts
import seeded
import teeth as teeth_of


class Shimmed:
    def __init__(self, breaker, shim):
        self.breaker = breaker
        self.shim = shim

    def __call__(self, bench, point):
        return self.breaker(bench, point, self.shim)


class Together:
    def __init__(self, breaker):
        self.breaker = breaker

    def __call__(self, bench, points):
        return [(point, *self.breaker(bench, point)) for point in points]


def alloc(setup, bench):
    shim = setup.malloc_shim
    breaker = Shimmed(faults.alloc_break, shim)
    main, others = faults.alloc_points(bench, shim)
    yield "allocations: validate, on a ledger, audit", breaker, setup.some(main, 4000), len(main)
    yield "allocations: other commands", breaker, setup.some(others, 2000), len(others)


def syscalls(setup, bench):
    points = [point for group in faults.syscall_points(bench) for point in group]
    yield "system calls that fail", faults.syscall_break, setup.some(points, 3500), len(points)
    short = [point for group in faults.short_points(bench) for point in group]
    yield ("short reads and writes", Shimmed(faults.short_break, setup.call_shim),
           setup.some(short, 500), len(short))


def kills(setup, bench):
    points = [point for group in faults.kill_points(bench) for point in group]
    yield "kills at system calls", faults.kill_break, setup.some(points, 1500), len(points)


def states(setup, _bench):
    scenes_of_it = [name for name in power_cuts.SCENES if setup.case.split(":")[0] in ("", name)]
    # Scenes of few operations have fewer.
    wanted = 10**9 if setup.size == "all" else max(20, int(1400 * float(setup.size)))
    points = [(name, wanted, setup.seed, setup.case) for name in scenes_of_it]
    yield "states of the disk after power cuts", power_cuts.cut_power, points, None


def names(setup, _bench):
    points = hostile.name_points()
    yield "output names that lead elsewhere", hostile.name_break, setup.some(points, 10**6), len(points)


def canaries(setup, _bench):
    points = hostile.canary_points()
    yield ("ids of claims, by command, level and fault",
           Shimmed(hostile.canary_break, setup.malloc_shim), setup.some(points, 1000), len(points))


def bombs(setup, _bench):
    bombs_of.make(setup.inputs)
    points = bombs_of.points()
    yield ("gibibytes in small files, < 64 MiB", bombs_of.bomb_break, setup.some(points, 30),
           len(points))


def teeth(setup, bench):
    syncs = setup.some(teeth_of.sync_points(bench), 10**6)
    yield "teeth: each sync swallowed", teeth_of.sync_break, syncs, len(syncs)
    yield ("teeth: no O_EXCL", Shimmed(teeth_of.excl_break, setup.call_shim),
           [(what,) for what in teeth_of.EXCL], len(teeth_of.EXCL))
    yield ("teeth: changed source", teeth_of.source_break,
           [(what,) for what in teeth_of.VARIANTS], len(teeth_of.VARIANTS))


def damage(setup, _bench):
    points = seeded.stretches(setup.seeds(100_000, 1_000_000), setup.seed)
    for what, trial in (("claim", "damaged_files"), ("X12", "damaged_x12")):
        yield (f"damaged {what} files, {seeded.STRETCH} each", Shimmed(seeded.damage_break, trial),
               points, None)


def read(setup, _bench):
    points = seeded.stretches(setup.seeds(20_000, 100_000), setup.seed)
    yield f"runs read by other readers, {seeded.STRETCH} each", seeded.read_break, points, None


def zlib(setup, _bench):
    # One after the other: each of them builds.
    suites = [suite for suite in seeded.ZLIB_SUITES if setup.case in suite]
    yield "suites of a build without ISA-L", Together(seeded.zlib_break), [suites], None


PARTS = {"names": names, "canaries": canaries, "alloc": alloc, "syscalls": syscalls, "kills": kills,
         "states": states, "teeth": teeth, "bombs": bombs, "damage": damage, "readers": read, "zlib": zlib}
