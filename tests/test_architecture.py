"""Check in the source code that packages import only allowed packages and use nothing forbidden."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nncli"
FILES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT = {  # the packages that a package may import, besides itself
    "core": set(),
    "ops": {"core"},
    "nn": {"ops", "core"},
    "optim": {"ops", "core"},
    "data": {"core"},
    "config": {"core"},
    "runs": {"core"},
    "training": {"nn", "optim", "ops", "core"},
    "starter": {"data", "config", "core"},
    "assemble": {"training", "nn", "optim", "data", "config", "runs", "core"},
    "lifecycle": {"assemble", "training", "nn", "optim", "data", "config", "runs", "core"},
    "workflows": {"lifecycle", "assemble", "starter", "training", "nn", "optim", "data", "config", "runs", "core"},
    "cli": {"workflows", "lifecycle", "training", "core"},  # cli imports lifecycle and training only for their events
}
ONLY_IN = {  # third-party packages, and the only files or packages that may import them
    "yaml": ("config/",),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "click": ("cli/",),
    "pydantic": ("config/", "core/"),
    "annotated_types": ("config/", "core/", "data/", "nn/", "optim/"),
    "threadpoolctl": ("training/blas_threads.py", "runs/environment.py"),
    "PIL": ("data/images/image_decoding.py",),
    "pyarrow": ("data/tables/arrow/",),
    "numba": ("ops/compiled/",),
    "llvmlite": ("ops/compiled/kernels.py",),
}
LIGHT = ("__init__.py", "__main__.py", "cli/")  # files that `nncli --help` imports
HEAVY = {"pyarrow", "numpy", "yaml", "pydantic", "rich", "annotated_types", "threadpoolctl", "PIL", "numba", "llvmlite"}
FORBIDDEN_MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "joblib",
    "marshal",
    "shelve",
    "requests",
    "urllib",
    "socket",
    "http",
    "random",
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "print", "__import__", "breakpoint"}


def name(path: Path) -> str:
    """Return the path of a file within the package."""
    return path.relative_to(PACKAGE).as_posix()


def package_of(path: Path) -> str:
    """Return the package that a file is in; "" for files directly in nncli."""
    return name(path).split("/")[0] if "/" in name(path) else ""


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Yield (module, import statement) of every import, including imports inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "nncli":
                yield from ((f"nncli.{alias.name}", node) for alias in node.names)
            else:
                yield node.module, node


def at_the_top(tree: ast.Module) -> set[ast.stmt]:
    """Return the import statements that run when a file is imported, without those in functions or for types only."""
    found: set[ast.stmt] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found.add(node)
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                waiting += node.orelse
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(node)
    return found


@pytest.fixture(scope="module")
def sources():
    """Return (path, syntax tree) of every file of the package."""
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def test_every_package_has_an_entry_in_may_import():
    assert {package_of(path) for path in FILES} - {""} == set(MAY_IMPORT)
    alone = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py"}
    assert alone == {"__init__.py", "__main__.py", "version.py"}


def test_the_table_allows_neither_mutual_imports_nor_imports_between_siblings():
    for upper, lower in MAY_IMPORT.items():
        assert all(upper not in MAY_IMPORT[other] for other in lower)
    siblings = {"nn", "optim", "data", "config", "runs"}
    assert all(MAY_IMPORT[sibling] <= {"ops", "core"} for sibling in siblings)


def test_packages_import_only_what_the_table_allows(sources):
    for path, tree in sources:
        here = package_of(path)
        for module, node in imports(tree):
            parts = module.split(".")
            if parts[0] != "nncli" or here == "":
                continue
            allowed = MAY_IMPORT[here] | {here, "version"}
            assert len(parts) > 1, f"{name(path)}:{node.lineno}: imports the whole package"
            assert parts[1] in allowed, f"{name(path)}:{node.lineno}: {here} may not import {module}"


def test_third_party_packages_are_imported_only_where_allowed(sources):
    for path, tree in sources:
        for module, node in imports(tree):
            homes = ONLY_IN.get(module.split(".")[0])
            assert homes is None or name(path).startswith(homes), f"{name(path)}:{node.lineno}: {module}"


def test_only_ops_imports_compiled_kernels(sources):
    for path, tree in sources:
        for module, node in imports(tree):
            if module.startswith("nncli.ops.compiled"):
                assert package_of(path) == "ops", f"{name(path)}:{node.lineno}: {module}"


@pytest.mark.parametrize(
    ("package", "home"),
    [
        ("PIL", "data/images/image_decoding.py"),
        ("pyarrow", "data/tables/arrow/arrow_csv.py"),
        ("pyarrow", "data/tables/arrow/arrow_columns.py"),
        ("pyarrow", "data/tables/arrow/parquet.py"),
    ],
)
def test_an_optional_package_is_imported_inside_functions(package, home):
    tree = ast.parse((PACKAGE / home).read_text(encoding="utf-8"))
    optional = [node for module, node in imports(tree) if module.split(".")[0] == package]
    assert optional
    assert not set(optional) & at_the_top(tree)


def test_the_command_line_imports_no_heavy_package_at_start_up(sources):
    for path, tree in sources:
        if not name(path).startswith(LIGHT):
            continue
        top = at_the_top(tree)
        for module, node in imports(tree):
            if node in top:
                assert module.split(".")[0] not in HEAVY, f"{name(path)}:{node.lineno}: {module}"
                assert not module.startswith("nncli.") or module.startswith(
                    ("nncli.cli", "nncli.core.errors", "nncli.version")
                ), f"{name(path)}:{node.lineno}: {module}"


def test_only_declared_packages_are_imported(sources):
    import sys

    declared = {
        "numpy",
        "yaml",
        "typer",
        "rich",
        "pydantic",
        "annotated_types",
        "threadpoolctl",
        "PIL",
        "pyarrow",
        "numba",
        "llvmlite",
        "nncli",
    }
    for path, tree in sources:
        for module, node in imports(tree):
            first = module.split(".")[0]
            assert first in declared or first in sys.stdlib_module_names, f"{name(path)}:{node.lineno}: {module}"


def test_no_module_unpickles_evaluates_prints_or_downloads(sources):
    for path, tree in sources:
        for module, node in imports(tree):
            assert module.split(".")[0] not in FORBIDDEN_MODULES, f"{name(path)}:{node.lineno}: {module}"
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = f"{name(path)}:{node.lineno}"
            if isinstance(node.func, ast.Name):
                assert node.func.id not in FORBIDDEN_CALLS, f"{place}: {node.func.id}"
            called = ast.unparse(node.func)
            assert called not in {"os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}, place
            assert not called.startswith("subprocess."), place
            if called in {"np.load", "numpy.load", "np.save", "np.savez", "np.lib.format.read_array"}:
                keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert keywords.get("allow_pickle") == "False", f"{place}: {called} without allow_pickle=False"
            assert all(
                keyword.arg != "allow_pickle" or ast.unparse(keyword.value) == "False" for keyword in node.keywords
            ), place


def test_no_module_uses_the_global_random_generator(sources):
    for path, tree in sources:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in {"np.random.seed", "np.random.rand", "np.random.randn", "np.random.default_rng"}, (
                    f"{name(path)}:{node.lineno}: {called}; random numbers come from nncli.core.randomness"
                )


def test_training_neither_prints_nor_opens_files(sources):
    for path, tree in sources:
        if package_of(path) not in ("training", "nn", "optim", "ops"):
            continue
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not called & {"open", "sys.stdout.write", "sys.stderr.write", "os.open"}, name(path)


def test_no_module_has_a_vague_name():
    assert not {path.stem for path in FILES} & {"utils", "helpers", "common", "misc"}


def imported_modules(tree: ast.Module, modules: set[str]) -> set[str]:
    """Return the modules of the package that are imported when a file is imported."""
    top, found = at_the_top(tree), set()
    for node in ast.walk(tree):
        if node not in top:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & modules or {node.module}
    return found & modules


def test_imports_between_modules_form_no_cycle(sources):
    """No module imports itself, directly or through others."""
    modules = {_module(path) for path, _ in sources}
    waiting = {_module(path): imported_modules(tree, modules) - {_module(path)} for path, tree in sources}
    while free := [module for module, others in waiting.items() if not others]:
        for module in free:
            del waiting[module]
        for others in waiting.values():
            others.difference_update(free)
    assert not waiting, f"these modules import each other in a cycle: {sorted(waiting)}"


def _module(path: Path) -> str:
    return ".".join(("nncli", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
