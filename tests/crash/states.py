"""What may be on a disk after the power went, given the operations of a program before it.

Two models of a file system:
  weak   as little as POSIX asks: without a sync, any part of what was done is there, in any order;
         entries of a folder are there only once that folder was synced
  ext4   what is done to names comes to the disk in order, and all of it with any sync; bytes of a
         file come when they come, unless that file was synced

An operation that is not yet certain is lost or there; so a state is a subset of those, and the last
write of it may be torn. Bytes that a longer file has been given but not received are zeros.
"""
import hashlib
import os
import random
import shutil

TORN_BYTES = 512  # what a disk writes at once


class Moment:
    """After the first `count` operations: what is certain, and what may be lost."""

    def __init__(self, operations, count, model):
        self.operations = operations[:count]
        self.certain = set()
        pending_names, pending_bytes = [], {}
        for at, operation in enumerate(self.operations):
            kind = operation[0]
            if kind == "names":
                pending_names.append(at)
            elif kind in ("write", "cut"):
                pending_bytes.setdefault(operation[1], []).append(at)
            elif kind == "sync":
                inode = operation[1]
                self.certain.update(pending_bytes.pop(inode, ()))
                synced = [name for name in pending_names
                          if model == "ext4" or self._is_in(name, inode)]
                self.certain.update(synced)
                pending_names = [name for name in pending_names if name not in synced]
            else:
                self.certain.add(at)
        self.names = pending_names
        self.bytes = [at for ats in pending_bytes.values() for at in ats]
        self.bytes.sort()
        self.model = model

    def _is_in(self, at, folder):
        return any(change[0] == folder for change in self.operations[at][1])

    def subsets(self, rng, more):
        """Subsets of what may be lost that have come to the disk, in a seeded order."""
        if self.model == "ext4":
            found = [tuple(self.names[:count]) + some for count in range(len(self.names) + 1)
                     for some in _choices(self.bytes, rng, more)]
        else:
            found = _choices(sorted(self.names + self.bytes), rng, more)
        rng.shuffle(found)
        return found


def _choices(pending, rng, more):
    everything = tuple(pending)
    found = {everything, ()}
    for at in range(len(pending)):
        found.update((everything[:at] + everything[at + 1:], (pending[at],), everything[:at]))
    for _ in range(more if len(pending) > 2 else 0):
        share = rng.random()
        found.add(tuple(at for at in pending if rng.random() < share))
    return sorted(found)


def _write(data, offset, piece):
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset:offset + len(piece)] = piece


class State:
    """A tree, and the operations that have come to it."""

    def __init__(self, tree, operations, kept, torn=None):
        self.files = {inode: data for inode, data in tree.files.items()}
        self.modes = dict(tree.modes)
        self.entries = dict(tree.entries)
        changed = {}
        for at in sorted(kept):
            self.apply(operations[at], changed, at == torn)
        for inode, data in changed.items():
            self.files[inode] = bytes(data)

    def apply(self, operation, changed, is_torn):
        kind = operation[0]
        if kind == "make":
            self.modes[operation[1]] = operation[2] & 0o777
            if not operation[2] & 0o40000:
                self.files.setdefault(operation[1], b"")
        elif kind == "mode":
            self.modes[operation[1]] = operation[2]
        elif kind == "names":
            for folder, name, inode in operation[1]:
                if inode is None:
                    self.entries.pop((folder, name), None)
                else:
                    self.entries[folder, name] = inode
        elif kind == "write":
            inode, offset, piece = operation[1:]
            if is_torn:
                piece = piece[:TORN_BYTES if len(piece) > TORN_BYTES else len(piece) // 2]
            data = changed.setdefault(inode, bytearray(self.files.get(inode, b"")))
            _write(data, offset, piece)
        elif kind == "cut":
            inode, length = operation[1:]
            data = changed.setdefault(inode, bytearray(self.files.get(inode, b"")))
            if length <= len(data):
                del data[length:]
            else:
                data.extend(bytes(length - len(data)))

    def walk(self, folder=0, path=""):
        """(path, inode) of all that can be reached, folders before what is in them."""
        for (parent, name), inode in sorted(self.entries.items()):
            if parent == folder:
                yield os.path.join(path, name), inode
                if inode not in self.files:
                    yield from self.walk(inode, os.path.join(path, name))

    def digest(self):
        digest = hashlib.sha256()
        for path, inode in self.walk():
            digest.update(f"{path}\0{self.modes.get(inode)}\0".encode())
            digest.update(hashlib.sha256(self.files.get(inode, b"/")).digest())
        return digest.digest()

    def make(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder, 0o700)
        for path, inode in self.walk():
            full = os.path.join(folder, path)
            if inode in self.files:
                with open(full, "wb") as file:
                    file.write(self.files[inode])
            else:
                os.mkdir(full)
            os.chmod(full, self.modes.get(inode, 0o700))


def moments(operations):
    """After which operations to let the power go: after each but those that only ask for a sync."""
    return [count for count in range(len(operations) + 1)
            if count == len(operations) or operations[count][0] in ("sync", "names", "write", "cut")]


def states_of(tree, operations, model, count, rng, more):
    """The states of one moment; each with a write in it also with the last write torn."""
    moment = Moment(operations, count, model)
    for subset in moment.subsets(rng, more):
        kept = moment.certain | set(subset)
        writes = [at for at in subset if operations[at][0] == "write"]
        for torn in (None, *writes[-1:]):
            yield State(tree, operations, kept, torn)


def all_states(tree, operations, seed, more=4, begin=0):
    """Distinct states as (label, has_ended, state), one of each moment in turn, from operation
    `begin` on. What is promised after exit 0 comes first, however few states are wanted."""
    rng = random.Random(seed)
    seen = set()
    ended = len(operations)
    pairs = [(model, count) for model in ("weak", "ext4") for count in moments(operations)
             if count >= begin]
    rng.shuffle(pairs)
    pairs.sort(key=lambda pair: pair[1] != ended)
    turns = [(f"{model}:{count}", count == ended,
              states_of(tree, operations, model, count, rng, more)) for model, count in pairs]
    while turns:
        for turn in list(turns):
            label, has_ended, states = turn
            state = next(states, None)
            if state is None:
                turns.remove(turn)
                continue
            key = (state.digest(), has_ended)
            if key not in seen:
                seen.add(key)
                yield f"{label}:{len(seen)}", has_ended, state
