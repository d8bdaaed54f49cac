# SPDX-License-Identifier: GPL-2.0-only
"""The machines that a kernel boots on, for scripts/boot: one class for each.

A board knows where the kernel is in a build directory, how it is started, and
what the guest's init has to know about the machine.
"""

import os
import shutil
import subprocess

REPO = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
BUILD = os.path.join(REPO, "build")
MIB = 1 << 20


class Uml:
    """User-Mode Linux: the kernel is a program."""

    image = "linux"
    mem = {"plain": "512M", "kasan": "4G"}
    init = ["boot_host=hostfs", "boot_output=/dev/ttyS0"]

    @staticmethod
    def command(args, directory, output, parameters):
        """The program's arguments are the kernel's command line."""
        return [
            args.linux, f"mem={args.mem}", "root=none", "rootfstype=hostfs",
            "rootflags=/", "con=null", "con0=null,fd:1", "ssl=null",
            f"ssl0=null,fd:{output}", f"uml_dir={directory}/", "umid=uml",
            *parameters]

    @staticmethod
    def environment(args, directory):
        """The guest's memory is a file: in /dev/shm when it is big enough."""
        size = args.mem.upper()
        need = int(size[:-1]) * {"M": MIB, "G": 1024 * MIB}[size[-1]]
        env = {"PATH": os.environ["PATH"], "LD_PRELOAD": Uml.xstate()}
        if shutil.disk_usage("/dev/shm").free < need:
            env["TMPDIR"] = directory
        return env

    @staticmethod
    def xstate():
        """The library that lets UML run on hosts with AMX."""
        source = os.path.join(REPO, "scripts/uml-xstate.c")
        library = os.path.join(BUILD, "boot/xstate.so")
        if (not os.path.exists(library)
                or os.path.getmtime(library) < os.path.getmtime(source)):
            new = f"{library}.{os.getpid()}"
            subprocess.run(["gcc", "-O1", "-fno-tree-loop-distribute-patterns",
                            "-shared", "-fPIC", "-o", new, source], check=True)
            os.replace(new, library)
        return library


class Qemu:
    """An emulated PC with two CPUs. The host's files come over 9p."""

    image = "arch/x86/boot/bzImage"
    mem = {"plain": "512M", "kasan": "2G"}
    init = ["boot_host=9p", "boot_output=/dev/hvc0"]

    @staticmethod
    def share(tag, path, mode):
        """A directory of the host; the guest mounts it by its tag."""
        readonly = ",readonly=on" if mode == "ro" else ""
        return ["-fsdev", f"local,id={tag},path={path},security_model=none"
                f",multidevs=remap{readonly}",
                "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]

    @staticmethod
    def command(args, _directory, output, parameters):
        """The kernel log on standard output, what the job says on OUTPUT."""
        keep = os.path.join(args.kernel, "guest/keep_9p.ko")
        line = ["console=ttyS0", f"boot_keep={keep}", "root=root", "rootfstype=9p",
                "rootflags=trans=virtio,version=9p2000.L,cache=loose,msize=131072",
                "tsc=reliable", *parameters]
        return [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi",
            "-smp", "2", "-m", args.mem, "-nodefaults", "-no-user-config",
            "-display", "none", "-vga", "none", "-no-reboot",
            "-serial", "stdio", "-device", "virtio-serial-pci",
            "-chardev", f"file,id=output,path=/dev/fd/{output}",
            "-device", "virtconsole,chardev=output",
            *Qemu.share("root", "/", "ro"), *Qemu.share("repo", REPO, "ro"),
            *Qemu.share("build", BUILD, "rw"),
            "-kernel", args.linux, "-append", " ".join(line)]

    @staticmethod
    def environment(_args, _directory):
        """That of the caller."""
        return None


def of(configuration):
    """The board that a kernel with these lines of configuration is for."""
    return Uml if "CONFIG_UML=y" in configuration else Qemu
