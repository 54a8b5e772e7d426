"""What a program did to a folder, read from strace's log, as operations that a crash may lose.

    open_log(argv)          what to put before a command
    read_log(log, folder)   its operations, in order

An operation is a tuple: ("make", inode, mode) and ("name", dir, name, inode) come of creating;
("names", ((dir, name, inode or None), ...)) changes entries in one step; ("write", inode, offset, bytes),
("cut", inode, length), ("mode", inode, mode), ("sync", inode). The folder itself is inode 0; what stood
in it before has numbers that `Tree.read` gave. Files outside of the folder are nobody's business.
"""
import os
import re
import stat

TRACED = ("openat,open,creat,write,writev,pwritev,pwrite64,read,lseek,fsync,fdatasync,ftruncate,"
          "fallocate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,"
          "mkdirat,rmdir,fchmod,close,dup,dup2,dup3,fcntl,sendfile,copy_file_range,sync,syncfs,"
          "sync_file_range,truncate")
# Calls that no part of the program makes on its outputs; were that to change, the log would lie.
UNKNOWN = {"writev", "pwritev", "fallocate", "linkat", "symlink", "symlinkat", "creat",
           "sendfile", "copy_file_range", "sync", "syncfs", "truncate", "dup2", "dup3"}
LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+|\?)(.*)$")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


def wrapper(log):
    return ("strace", "-f", "-qq", "-xx", "-s", "100000000", "-o", log, "-e", f"trace={TRACED}")


class Tree:
    """Inodes of a folder: files have bytes and a mode, folders have entries."""

    def __init__(self):
        self.files = {}
        self.modes = {0: 0o700}
        self.entries = {}  # (dir, name) -> inode
        self.next_inode = 1

    def new(self, mode):
        inode = self.next_inode
        self.next_inode += 1
        self.modes[inode] = mode
        return inode

    @classmethod
    def read(cls, folder):
        tree = cls()
        tree._read(folder, 0)
        return tree

    def _read(self, folder, inode):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            about = os.lstat(path)
            child = self.new(stat.S_IMODE(about.st_mode))
            self.entries[inode, name] = child
            if stat.S_ISDIR(about.st_mode):
                self._read(path, child)
            else:
                with open(path, "rb") as file:
                    self.files[child] = file.read()


def _strings(text):
    return [bytes.fromhex(found[1].replace("\\x", "")) for found in STRING.finditer(text)]


class Reader:
    def __init__(self, tree, folder):
        self.folder = folder
        self.entries = dict(tree.entries)
        self.folders = {0} | {inode for inode in tree.modes if inode not in tree.files}
        self.next_inode = tree.next_inode
        self.open = {}  # descriptor -> [inode, offset, is_append]
        self.made = set()
        self.operations = []

    # --- names ---

    def place(self, dir_fd, path):
        """(dir inode, name), or None outside of the folder."""
        path = path.decode()
        at = 0
        if path.startswith("/"):
            if not (path + "/").startswith(self.folder + "/"):
                return None
            path = path[len(self.folder):]
        elif dir_fd is not None:
            if dir_fd not in self.open:
                return None
            at = self.open[dir_fd][0]
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if ".." in parts:
            return None
        if not parts:
            return (None, at)
        for part in parts[:-1]:
            at = self.entries.get((at, part))
            if at is None:
                return None
        return (at, parts[-1])

    def find(self, place):
        if place is None:
            return None
        return place[1] if place[0] is None else self.entries.get(place)

    # --- calls ---

    def do_openat(self, args, value, strings):
        dir_fd = None if args.startswith("AT_FDCWD") else int(args.split(",")[0])
        place = self.place(dir_fd, strings[0])
        inode = self.find(place)
        if place is None:
            self.open.pop(value, None)
            return
        if "O_TMPFILE" in args:
            inode = self.new_inode()
        elif inode is None and "O_CREAT" in args:
            inode = self.new_inode()
            mode = int(args.rsplit(",", 1)[1], 8)
            self.operations.append(("make", inode, mode))
            self.set_names((*place, inode))
        elif "O_TRUNC" in args:
            self.operations.append(("cut", inode, 0))
        self.open[value] = [inode, 0, "O_APPEND" in args]

    def new_inode(self):
        inode = self.next_inode
        self.next_inode += 1
        return inode

    def set_names(self, *changes):
        for folder, name, inode in changes:
            if inode is None:
                self.entries.pop((folder, name), None)
            else:
                self.entries[folder, name] = inode
        self.operations.append(("names", tuple(changes)))

    def do_write(self, args, value, strings):
        fd = int(args.split(",")[0])
        if fd in self.open:
            inode, offset, _ = self.open[fd]
            self.operations.append(("write", inode, offset, strings[0][:value]))
            self.open[fd][1] += value

    def do_read(self, args, value, _strings):
        fd = int(args.split(",")[0])
        if fd in self.open:
            self.open[fd][1] += value

    def do_lseek(self, args, value, _strings):
        fd = int(args.split(",")[0])
        if fd in self.open:
            self.open[fd][1] = value

    def do_pwrite64(self, args, value, strings):
        fd = int(args.split(",")[0])
        if fd in self.open:
            offset = int(args.rsplit(",", 1)[1])
            self.operations.append(("write", self.open[fd][0], offset, strings[0][:value]))

    def do_ftruncate(self, args, _value, _strings):
        fd, length = (int(word) for word in args.split(","))
        if fd in self.open:
            self.operations.append(("cut", self.open[fd][0], length))

    def do_fchmod(self, args, _value, _strings):
        fd, mode = args.split(",")
        if int(fd) in self.open:
            self.operations.append(("mode", self.open[int(fd)][0], int(mode, 8)))

    def do_fsync(self, args, _value, _strings):
        if int(args) in self.open:
            self.operations.append(("sync", self.open[int(args)][0]))

    do_fdatasync = do_fsync

    def do_mkdirat(self, args, _value, strings):
        dir_fd = None if args.startswith("AT_FDCWD") else int(args.split(",")[0])
        place = self.place(dir_fd, strings[0])
        if place is not None:
            inode = self.new_inode()
            self.operations.append(("make", inode, 0o40000 | int(args.rsplit(",", 1)[1], 8)))
            self.set_names((*place, inode))

    def do_unlinkat(self, args, _value, strings):
        dir_fd = None if args.startswith("AT_FDCWD") else int(args.split(",")[0])
        place = self.place(dir_fd, strings[0])
        if place is not None:
            self.set_names((*place, None))

    def do_unlink(self, args, value, strings):
        self.do_unlinkat("AT_FDCWD, " + args, value, strings)

    do_rmdir = do_unlink

    def do_renameat2(self, args, _value, strings):
        words = re.sub(STRING, "", args).split(",")
        fds = [None if "AT_FDCWD" in word else int(word) for word in (words[0], words[2])]
        places = [self.place(fd, text) for fd, text in zip(fds, strings)]
        if None in places:
            return
        moved, other = (self.entries.get(place) for place in places)
        self.set_names((*places[0], other if "RENAME_EXCHANGE" in args else None),
                       (*places[1], moved))

    do_renameat = do_renameat2

    def do_rename(self, args, value, strings):
        self.do_renameat2(f"AT_FDCWD,{args.split(',')[0]},AT_FDCWD,", value, strings)

    def do_link(self, _args, _value, strings):
        old, new = (self.place(None, text) for text in strings)
        if new is not None:
            self.set_names((*new, self.find(old)))

    def do_close(self, args, _value, _strings):
        self.open.pop(int(args), None)

    def do_dup(self, args, value, _strings):
        if int(args) in self.open:
            self.open[value] = self.open[int(args)]

    def do_fcntl(self, args, value, _strings):
        if "F_DUPFD" in args:
            self.do_dup(args.split(",")[0], value, _strings)

    def line(self, text):
        found = LINE.match(text)
        if found is None:
            return
        call, args, value, rest = found.groups()
        # A call that did not happen: it failed, or was swallowed on purpose.
        if value == "?" or int(value) < 0 or "INJECTED" in rest:
            return
        strings = _strings(args)
        if call in UNKNOWN:
            touched = [self.place(None, text) for text in strings]
            if not strings or any(place is not None for place in touched):
                raise RuntimeError(f"the log has a call that is not modelled: {call}")
            return
        do = getattr(self, "do_" + call, None)
        if do is not None:
            do(args, int(value), strings)


def read_log(log, tree, folder):
    reader = Reader(tree, os.path.realpath(folder))
    with open(log, encoding="latin-1") as lines:
        for line in lines:
            if "unfinished ..." in line:
                raise RuntimeError("calls of several threads are in each other's way: --threads 0")
            reader.line(line.rstrip("\n"))
    return reader.operations
