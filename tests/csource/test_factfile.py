"""The facts tables load, and a wrong one is refused with a line that says what to do."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from reviewbot.csource import facttable
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Acquire, Fact, Facts, Failure, Kind
from reviewbot.errors import BadRule

TABLES = Path(__file__).resolve().parents[2] / "rules" / "facts"
HEAD = 'title = "t"\nsource = "include/linux/t.h"\n'


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return load_facts(TABLES)


def load(tmp_path: Path, **files: str) -> Facts:
    folder = tmp_path / "facts"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(HEAD + text)
    return load_facts(folder)


def refusal(tmp_path: Path, text: str, **more: str) -> str:
    with pytest.raises(BadRule) as caught:
        load(tmp_path, a=text, **more)
    message = str(caught.value)
    assert "\n" not in message
    return message


def fact(facts: Facts, name: str) -> Fact:
    return facts.functions[name]


def test_every_fact_has_a_source_and_says_something(facts: Facts) -> None:
    for name, known in facts.functions.items():
        assert known.source, name
        assert known != Fact(name, source=known.source), f"{name} has a source and nothing else"


def test_every_other_entry_has_a_source(facts: Facts) -> None:
    sources = [guard.source for guard in facts.guards.values()]
    sources += [free.source for free in facts.frees.values()]
    sources += [loop.source for loop in facts.iterators.values()]
    sources += [field.source for field in facts.fields]
    sources += [printer.source for printer in facts.printers.values()]
    assert all(sources)


def test_no_name_stands_twice_in_one_entry() -> None:
    for path in TABLES.glob("*.toml"):
        for entry in tomllib.loads(path.read_text()).get("function", ()):
            assert len(entry["names"]) == len(set(entry["names"])), (path.name, entry["names"][0])


def test_what_is_taken_can_be_given_back(facts: Facts) -> None:
    released = {place.resource for known in facts.functions.values() for place in known.releases}
    released |= {id_ for free in facts.frees.values() for id_ in free.resources}
    taken = {place.resource for known in facts.functions.values() for place in known.acquires}
    assert taken - released == set()


def test_every_resource_is_used(facts: Facts) -> None:
    used = {place.resource for f in facts.functions.values() for place in f.acquires + f.releases}
    used |= {guard.resource for guard in facts.guards.values()}
    used |= {id_ for f in facts.functions.values() for id_ in f.takes + f.callbacks_under}
    used |= {each.context for each in facts.handlers}
    used |= {id_ for free in facts.frees.values() for id_ in free.resources}
    assert set(facts.resources) - used == set()


def test_an_irqsave_lock_names_its_flags(facts: Facts) -> None:
    for name, known in facts.functions.items():
        if "irqsave" in known.variant:
            assert known.flags, name


@pytest.mark.parametrize(
    ("name", "resource", "failure"),
    [
        ("kmalloc", "memory", Failure.NULL),
        ("memdup_user", "memory", Failure.ERR_PTR),
        ("of_parse_phandle", "of-node", Failure.NULL),
        ("fwnode_find_reference", "fwnode", Failure.ERR_PTR),
        ("pci_get_slot", "pci-dev", Failure.NULL),
        ("clk_get", "clk", Failure.ERR_PTR),
        ("crypto_alloc_shash", "crypto-shash", Failure.ERR_PTR),
        ("dev_get_by_name", "netdev", Failure.NULL),
        ("alloc_workqueue", "workqueue", Failure.NULL),
        ("kthread_run", "kthread", Failure.ERR_PTR),
        ("filp_open", "file", Failure.ERR_PTR),
        ("usb_alloc_urb", "urb", Failure.NULL),
        ("bus_find_device", "device", Failure.NULL),
        ("ioremap", "iomap", Failure.NULL),
        ("get_task_mm", "mm", Failure.NULL),
    ],
)
def test_what_is_returned(facts: Facts, name: str, resource: str, failure: Failure) -> None:
    known = fact(facts, name)
    assert Acquire(resource) in known.acquires
    assert known.failure is failure


def test_kfree_takes_null_and_no_error_pointer(facts: Facts) -> None:
    assert fact(facts, "kfree").accepts == {"null"}
    assert facts.frees["kfree"].accepts == {"null", "err-ptr"}
    assert facts.frees["device_node"].accepts == {"null"}


def test_the_count_stays_raised_when_get_sync_fails(facts: Facts) -> None:
    assert [a.always for a in fact(facts, "pm_runtime_get_sync").acquires] == [True]
    assert [a.always for a in fact(facts, "pm_runtime_resume_and_get").acquires] == [False]


def test_a_failed_device_register_keeps_its_reference_only(facts: Facts) -> None:
    taken = {a.resource: a.always for a in fact(facts, "device_register").acquires}
    assert taken == {"device": True, "device-registration": False}


def test_who_puts_the_node_it_starts_from(facts: Facts) -> None:
    put = {
        n: [r.where for r in fact(facts, n).releases]
        for n in ("of_find_compatible_node", "of_get_next_child", "pci_get_device", "of_get_parent")
    }
    assert put == {
        "of_find_compatible_node": [1],
        "of_get_next_child": [2],
        "pci_get_device": [3],
        "of_get_parent": [],
    }
    assert fact(facts, "of_get_next_child").borrows == {1}


@pytest.mark.parametrize(
    "name",
    [
        *("of_property_read_u32", "syscon_node_to_regmap", "of_address_to_resource", "of_iomap"),
        *("irq_of_parse_and_map", "of_find_i2c_adapter_by_node", "of_clk_get", "of_match_node"),
    ],
)
def test_who_borrows_a_node(facts: Facts, name: str) -> None:
    known = fact(facts, name)
    assert known.borrows_all or 1 in known.borrows


def test_who_keeps_a_node(facts: Facts) -> None:
    assert fact(facts, "of_dma_controller_register").keeps == {1}
    assert fact(facts, "device_set_node").keeps == {2}


def test_an_argument_that_holds_the_reference(facts: Facts) -> None:
    (taken,) = fact(facts, "of_parse_phandle_with_args").acquires
    assert (taken.where, taken.member) == (5, "np")
    (taken,) = fact(facts, "request_firmware").acquires
    assert (taken.where, taken.out) == (1, True)


def test_pci_bus_sem(facts: Facts) -> None:
    assert fact(facts, "pci_get_slot").takes == ("pci-bus-sem",)
    assert fact(facts, "pci_get_slot").uses == {1}
    assert fact(facts, "pci_walk_bus").callbacks_under == ("pci-bus-sem",)


def test_variants_of_spinlocks(facts: Facts) -> None:
    for prefix in ("", "raw_"):
        lock = fact(facts, f"{prefix}spin_lock_irqsave")
        unlock = fact(facts, f"{prefix}spin_unlock_irqrestore")
        assert lock.variant == unlock.variant == "irqsave"
        assert lock.flags == unlock.flags == 2
        assert facts.resources[lock.acquires[0].resource].atomic


def test_trylocks_say_how_they_fail(facts: Facts) -> None:
    assert fact(facts, "mutex_trylock").failure is Failure.FALSE
    assert fact(facts, "down_trylock").failure is Failure.NONZERO
    assert fact(facts, "mutex_lock_interruptible").failure is Failure.NEGATIVE


def test_guards_and_loops(facts: Facts) -> None:
    assert facts.guards["mutex"].resource == "mutex"
    assert facts.guards["mutex_intr"].conditional
    assert facts.guards["spinlock_irqsave"].variant == "irqsave"
    assert facts.iterators["for_each_child_of_node"].resource == "of-node"
    assert not facts.iterators["for_each_child_of_node"].scoped
    assert facts.iterators["for_each_child_of_node_scoped"].scoped
    assert facts.iterators["for_each_pci_dev"].var == 1


def test_who_takes_the_skb_over(facts: Facts) -> None:
    assert facts.resources["skb"].linear
    assert fact(facts, "netif_rx").releases == (Acquire("skb", 1),)
    assert fact(facts, "nlmsg_unicast").consumes == {2}
    assert fact(facts, "sock_queue_rcv_skb").consumes_on_success == {2}
    assert fact(facts, "skb_put_padto").consumes_on_failure == {1}


def test_what_may_sleep(facts: Facts) -> None:
    assert fact(facts, "msleep").sleeps
    assert fact(facts, "synchronize_rcu").sleeps
    assert not fact(facts, "udelay").sleeps
    assert fact(facts, "kmalloc").gfp == 2
    assert fact(facts, "kcalloc").gfp == 3


def test_the_rest_of_the_tables(facts: Facts) -> None:
    assert fact(facts, "panic").noreturn
    assert fact(facts, "devm_kzalloc").managed
    assert fact(facts, "of_node_get").returns == 1
    assert fact(facts, "pci_alloc_irq_vectors").managed_by == ("pcim_enable_device",)
    assert facts.resources["platform-device"].via == ("dev",)
    assert facts.resources["rcu"].kind is Kind.CONTEXT
    assert facts.printers["dev_err_probe"].format == 3
    assert "pr_cont" not in facts.printers
    gone = facts.removed["del_timer"]
    assert (gone.use, gone.since, gone.header) == (
        "timer_delete()",
        (6, 15),
        "include/linux/timer.h",
    )
    assert facts.releases == tuple(sorted(facts.releases, key=lambda each: each[1]))
    assert ("2025-05-25", (6, 15)) in facts.releases
    assert "pci_device_id" in facts.terminated
    assert any(field.path == "bus->self" for field in facts.fields)


def test_entries_of_one_function_merge(tmp_path: Path) -> None:
    text = '[resource.r]\nkind = "lock"\nnoun = "r"\n[[function]]\nnames = ["f"]\n'
    merged = load(
        tmp_path,
        a=text + 'acquires = "r"\nfrom = 1\nborrows = [1]\n',
        b='[[function]]\nnames = ["f", "g"]\nborrows = [2]\nsleeps = true\nsource = "s"\n',
    )
    known = merged.functions["f"]
    assert known.acquires == (Acquire("r", 1),)
    assert known.borrows == {1, 2}
    assert known.sleeps
    assert known.source == "include/linux/t.h; s"
    assert not merged.functions["g"].acquires


def test_the_compiled_copy_says_the_same_and_follows_the_files(tmp_path: Path) -> None:
    first = load(tmp_path, a='[[function]]\nnames = ["f"]\nsleeps = true\n')
    (copy,) = (tmp_path / "cache" / "reviewbot").glob("facts-*.json")
    again = load_facts(tmp_path / "facts")
    assert (again.functions["f"], again.digest) == (first.functions["f"], first.digest)
    copy.write_text("[")
    assert load_facts(tmp_path / "facts").functions["f"] == first.functions["f"]
    changed = load(tmp_path, a='[[function]]\nnames = ["f"]\nnoreturn = true\n')
    assert changed.digest != first.digest
    assert changed.functions["f"].noreturn and not changed.functions["f"].sleeps


def test_where_it_was_read_how_a_function_fails(tmp_path: Path) -> None:
    own = '[[function]]\nnames = ["a"]\nfailure = "null"\nsource = "t/a.c: a()"\n'
    seen = '[[function]]\nnames = ["b"]\nsleeps = true\n[[returned]]\nnames = ["b"]\n'
    seen += 'failure = "null"\nsource = "t/b.c"\n'
    for _ in ("read", "compiled"):
        source_of = load(tmp_path, one=own + seen).source_of
        assert [source_of(name) for name in "abc"] == ["t/a.c: a()", "t/b.c", ""]


def test_unknown_functions_are_not_there(facts: Facts) -> None:
    assert facts.functions.get("no_such_function") is None
    assert "no_such_function" not in facts.functions
    with pytest.raises(KeyError):
        facts.functions["no_such_function"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[function]]\nnames = ["f"]\nrelases = "m"\n', ["a.toml", "(f)", "releases"]),
        ('[[functions]]\nnames = ["f"]\n', ["a.toml", "'functions'", "'function'"]),
        ("[[function]]\nsleeps = true\n", ["[[function]] 1", "names is missing"]),
        ('[[function]]\nnames = ["f"]\nfailure = "nul"\n', ["failure = 'nul'", "null, err-ptr"]),
        ('[[function]]\nnames = ["f"]\nborrows = [0]\n', ["borrows = [0]", "counted from 1"]),
        ('[[function]]\nnames = ["f"]\nfrom = 1\n', ["from", "without acquires"]),
        ('[[function]]\nnames = ["f"]\nreleases = "m"\n', ["'m'", "[resource.m]"]),
        ('[[function]]\nnames = ["f"]\nborrows = [1]\nkeeps = [1]\n', ["f borrows argument 1"]),
        ('[[function]]\nnames = ["f"]\nborrows = "all"\nkeeps = [1]\n', ["f borrows some"]),
        ('[[printer]]\nnames = ["f"]\n', ["format is missing"]),
        ('[[free]]\nnames = ["f"]\nresources = ["r"]\naccepts = ["nil"]\n', ["null, err-ptr"]),
        ("[resource.r]\n", ["[resource.r]", "kind is missing"]),
        ("[[function]\n", ["a.toml", "not valid TOML", "line 3"]),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    message = refusal(tmp_path, text)
    for word in words:
        assert word in message


def test_a_conflict_names_both_places(tmp_path: Path) -> None:
    one = '[[function]]\nnames = ["f"]\nfailure = "null"\n'
    message = refusal(tmp_path, one, b=one.replace("null", "err-ptr"))
    assert "b.toml: [[function]] 1 (f)" in message
    assert "a.toml: [[function]] 1 (f)" in message
    assert "'err-ptr'" in message and "'null'" in message


def test_a_resource_is_declared_once(tmp_path: Path) -> None:
    one = '[resource.r]\nkind = "lock"\nnoun = "r"\n'
    assert "already declared in a.toml" in refusal(tmp_path, one, b=one)


def test_title_and_source_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('title = "t"\n')
    with pytest.raises(BadRule, match=r"a\.toml has no source"):
        load_facts(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no facts in"):
        load_facts(tmp_path)


def test_the_readme_names_every_key() -> None:
    text = (TABLES / "README.md").read_text()
    for kind, schema in facttable.SCHEMA.items():
        assert f"[[{kind}]]" in text
        for key in schema:
            assert f"`{key}`" in text, key
    for key in facttable.RESOURCE:
        assert f"`{key}`" in text, key


def test_the_example_of_the_readme_loads(tmp_path: Path) -> None:
    text = (TABLES / "README.md").read_text().split("```toml\n")[1].split("```")[0]
    folder = tmp_path / "readme"
    folder.mkdir()
    (folder / "widget.toml").write_text(text)
    known = load_facts(folder).functions
    assert known["widget_get"].failure is Failure.NULL
    assert known["widget_put"].releases[0].resource == "widget"
