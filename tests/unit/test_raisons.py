import errno

from sandbox.raisons import raison_systeme


def test_the_system_speaks_french() -> None:
    assert raison_systeme(FileNotFoundError(errno.ENOENT, "No such file or directory")) == "il n'existe pas"
    assert raison_systeme(OSError(errno.ENOTTY, "Inappropriate ioctl for device")) == (
        f"le système a refusé (erreur {errno.ENOTTY})"
    )
    assert raison_systeme(OSError("dit autrement")) == "dit autrement"
