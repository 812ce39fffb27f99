"""What stands in a block of code: prompts, what came back, what it destroys, and what it leaves for later commands."""

import re
import textwrap
from collections.abc import Iterator, Sequence

from warroom.core.runbook import Code

_SHELLS = frozenset(("", "sh", "bash", "shell", "zsh", "ksh", "console", "shell-session", "sh-session", "shellsession", "terminal",
                     "text", "txt", "plaintext", "powershell", "ps1", "pwsh", "cmd", "bat", "fish", "none"))  # fmt: skip
_ROOT_PROMPT = frozenset(("console", "shell-session", "sh-session", "shellsession", "terminal"))
_PROMPT = re.compile(
    r"(?P<prompt>\s*(?:\$|%|❯|(?:sh|bash)-[\d.]+[$#]|PS(?: [^>\n]{0,80})?>|[A-Z]:\\[^>\n]{0,80}>|(?:\([\w.-]+\) )?\[?[\w.-]+@[\w.-]+[^$#\n]{0,60}[$#])) (?=\S)"
)
_HASH = re.compile(r"(?P<prompt>\s*#) (?=\S)")
_MORE = re.compile(r"\s*> ?")


SHELL = _SHELLS


def block(text: str, language: str) -> Code:
    """A block of the source: with prompts, its commands alone, and what came back apart from them."""
    text = textwrap.dedent(text)
    name = language.split(",")[0].split()[0].lower() if language.split(",")[0].split() else ""
    if name not in _SHELLS:
        return Code(text=text, language=name or language)
    lines = text.split("\n")
    pattern = _prompt_of(lines, name)
    if pattern is None:
        return Code(text=text, language=name)
    commands, output = _apart(lines, pattern)
    if not any(line.strip() for line in commands):
        return Code(text=text, language=name)
    return Code(text="\n".join(commands).strip("\n"), language=name, output="\n".join(output).strip("\n"))


def _prompt_of(lines: Sequence[str], language: str) -> re.Pattern[str] | None:
    """The prompt in use; None when there is none. A `#` is one only where nothing else is, and commands follow it."""
    if any(_PROMPT.match(line) for line in lines):
        return _PROMPT
    hashes = [line for line in lines if _HASH.match(line)]
    if hashes and (
        (language in _ROOT_PROMPT and len(hashes) < len(lines))
        or (len(hashes) == len([line for line in lines if line.strip()]))
    ):
        likely = [line for line in hashes if _looks_run(line.strip()[2:])]
        return _HASH if len(likely) == len(hashes) else None
    return None


_PROGRAMS = re.compile(
    r"(?:sudo|kubectl|oc|docker|podman|crictl|systemctl|service|journalctl|ssh|scp|rsync|curl|wget|cat|grep|ls|ps|top|df|du|free|"
    r"mount|umount|ip|ss|netstat|ping|dig|nslookup|tail|head|less|vi|vim|rm|cp|mv|mkdir|chmod|chown|kill|pkill|aws|gcloud|az|helm|"
    r"terraform|ansible[\w-]*|git|make|npm|pip|python3?|java|psql|mysql|redis-cli|mongo(?:sh)?|etcdctl|ceph|rados|rbd|zpool|zfs|"
    r"lvs|vgs|pvs|lsblk|fdisk|mdadm|xfs_\w+|yum|dnf|apt(?:-get)?|rpm|dpkg|crm|pcs|virsh|chroot|echo|export|for|while|cd|find|awk|sed|"
    r"openssl|nc|telnet|strace|lsof|iostat|vmstat|sar|uptime|w|who|dmesg|sysctl|promtool|amtool|odf|subctl|nodetool|consul|vault|nomad)\b"
)


def _looks_run(line: str) -> bool:
    return bool(_PROGRAMS.match(line)) or line.startswith(("./", "/"))


def _apart(lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """Commands without their prompts; everything else is what came back. Comments stay with the commands."""
    commands, output = list[str](), list[str]()
    going_on = until = ""
    for line in lines:
        found = pattern.match(line)
        if until:
            commands.append(line)
            until = "" if line.strip() == until else until
        elif found and not going_on:
            commands.append(line[found.end() :])
            until = _here_document(line)
            going_on = "yes" if line.rstrip().endswith(("\\", "|", "&&", "||")) or _quote_open(line) else ""
        elif going_on:
            more = _MORE.match(line) if line.lstrip().startswith("> ") else None
            commands.append(line[more.end() :] if more else line)
            open_quote = _quote_open("\n".join(commands[-40:]))
            going_on = "yes" if line.rstrip().endswith(("\\", "|", "&&", "||")) or open_quote else ""
        elif line.lstrip().startswith("#") and pattern is not _HASH:
            commands.append(line)
        else:
            output.append(line)
    return commands, output


def _here_document(line: str) -> str:
    found = re.search(r"<<-?\s*[\"']?(\w+)", line)
    return found[1] if found else ""


def _quote_open(text: str) -> bool:
    """Whether a single quote is still open, as in JSON that goes on over lines."""
    bare = re.sub(r"\\.|\"(?:[^\"\\]|\\.)*\"", "", text)
    return bare.count("'") % 2 == 1


# --- what destroys

_DANGERS: tuple[tuple[str, str], ...] = (
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\s(?:delete)\b", "deletes what it names, and what depends on it"),
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\sdrain\b", "evicts every pod from the node"),
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\scordon\b", "lets nothing be scheduled on the node any more"),
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\sscale\b[^\n|;&]{0,200}--replicas[= ]0\b", "stops every replica"),
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\sreplace\b[^\n|;&]{0,200}--force\b", "deletes it and makes it anew"),
    (r"(?:kubectl|oc|k)\b[^\n|;&]{0,200}\srollout (?:undo|restart)\b", "replaces the pods that are running"),
    (r"(?:helm)\s+(?:uninstall|delete|rollback)\b", "takes away or replaces what is installed"),
    (r"\b(?:rm(?:\s+-[\w-]+)*|Remove-Item)(?=\s+\S|$)", "removes files for good"),
    (r"\b(?:rmdir|shred|unlink|wipefs)\s+\S", "removes what it names for good"),
    (r"\b(?:dd)\s+(?:\w+=\S+\s+)*of=", "writes over a device or file"),
    (r"\bmkfs(?:\.\w+)?\b", "makes a new file system over what is there"),
    (r"\b(?:parted|fdisk|sgdisk|lvremove|vgremove|pvremove|zpool destroy|zfs destroy)\b", "changes or removes disks and volumes"),
    (r"\bceph\s[^\n|;&]{0,200}\b(?:purge|destroy|rm|remove|delete|zap|out)\b", "takes storage out of the cluster"),
    (r"\b(?:rados|rbd)\s[^\n|;&]{0,200}\b(?:purge|rm|remove|delete)\b", "removes stored data"),
    (r"\bterraform\s+(?:destroy|apply\b[^\n]{0,200}-auto-approve|state rm)\b", "destroys or replaces infrastructure"),
    (r"\bgit\s+(?:push\s[^\n|;&]{0,200}(?:--force\b|-f\b)|reset\s+--hard|clean\s+-\w*f)", "throws away history or changes"),
    (r"\b(?:DROP|TRUNCATE)\s+(?:TABLE|DATABASE|SCHEMA|INDEX|USER|ROLE|VIEW|KEYSPACE|COLLECTION|PARTITION)\b", "removes data for good"),
    (r"\bTRUNCATE\s+\w", "empties a table for good"),
    (r"\bDELETE\s+FROM\b", "removes rows for good"),
    (r"\b(?:FLUSHALL|FLUSHDB)\b", "empties the whole store"),
    (r"\btruncate\s+-", "cuts files off"),
    (r"\b(?:kill|pkill|killall)(?:\s+-\w+)*(?=\s+\S)|\bxargs\s+kill\b|\bpg_terminate_backend\b", "ends processes"),
    (r"\b(?:shutdown|reboot|poweroff|halt|init [06])\b(?!\s*(?:of|the)\b)", "takes the machine down"),
    (r"\bsystemctl\s+(?:\S{1,80}\s+){0,12}?(?:stop|disable|mask|kill|poweroff|reboot)\b", "stops a service"),
    (r"\biptables\s+(?:\S{1,80}\s+){0,12}?(?:-F|-X|--flush)\b", "takes away firewall rules"),
    (r"\baws\s+[\w-]+\s+(?:delete|terminate|remove|deregister|detach|revoke|stop|reboot|disable|purge|release)-[\w-]+", "takes away what it names"),
    (r"\baws\s+s3\s+(?:rm|rb)\b", "removes stored data"),
    (r"\b(?:gcloud|az|doctl|openstack|nova|eksctl|kops)\s[^\n|;&]{0,200}\b(?:delete|destroy|purge|deallocate|reset)\b", "takes away what it names"),
    (r"\bdocker(?:-compose| compose)?\s+(?:\S{1,80}\s+){0,12}?(?:rm|rmi|kill|prune|down|stop)\b", "stops or removes containers, images or volumes"),
    (r"\betcdctl\s[^\n|;&]{0,200}\b(?:del|remove|defrag|snapshot restore)\b", "changes the members or the data of etcd"),
    (r"\b(?:nodetool\s+(?:decommission|removenode|assassinate)|pg_resetwal|pg_dropcluster|dropdb|dropuser)\b", "takes data or a member away"),
    (r"\bkafka-topics[\w.]*\s[^\n]{0,200}--delete\b", "removes a topic with its messages"),
    (r"\bcurl\s[^\n|;&]{0,200}(?:-X|--request)[= ]?['\"]?DELETE\b", "asks a server to delete something"),
    (r"\b(?:StopInstances|TerminateInstances|Stop-Computer|Restart-Computer|Stop-Service|Format-Volume|Clear-Disk)\b", "stops or empties a machine"),
    (r"\bchmod\s+(?:-R\s+)?0?00\b|\buserdel\b", "takes access away"),
    (r"(?:^|\s)--force(?:-\w+)?\b|--grace-period[= ]0\b", "goes past what protects against mistakes"),
)  # fmt: skip
_DANGEROUS = tuple(
    (re.compile(pattern, re.IGNORECASE if pattern.startswith(r"\b(?:DROP") else 0), why) for pattern, why in _DANGERS
)


def danger(texts: Sequence[str]) -> str:
    """A sentence that names what these commands may destroy; empty when there is nothing to fear."""
    said = dict[str, str]()
    for pattern, why in _DANGEROUS:
        for text in texts:
            for line in _commands_of(text):
                found = pattern.search(line)
                if found and why not in said:
                    said[why] = _short(found[0])
    if "goes past what protects against mistakes" in said and len(said) > 1:
        del said["goes past what protects against mistakes"]
    return " ".join(f"`{command}` {why}." for why, command in list(said.items())[:3])


def _commands_of(text: str) -> Iterator[str]:
    """Its lines, those that go on joined, without comments."""
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        if not line.lstrip().startswith(("#", "//", "--")):
            yield line


def _short(command: str) -> str:
    """The words that say what it does: `kubectl delete`, not the whole line."""
    words = command.strip(" |;&`'\"").split()
    named = not any(word.startswith(("-", "$", "<", "{")) for word in words[1:-1])
    return " ".join(words if named and len(words) <= 4 else [words[0], words[-1]]).replace("`", "")


def spans(text: str) -> tuple[str, ...]:
    """The commands that a text holds as inline code."""
    return tuple(
        found[2]
        for found in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text, re.DOTALL)
        if " " in found[2].strip()
    )


# --- what is left for later

_SETS = re.compile(
    r"^[ \t]*(?:export\s+|local\s+|declare\s+(?:-\w+\s+)*|readonly\s+|set\s+(?=\w+=))?(?P<name>[A-Za-z_]\w*)=(?!=)(?P<value>\S?)|"
    r"^[ \t]*\$(?:env:)?(?P<power>[A-Za-z_]\w*)\s*=(?!=)|"
    r"(?:^|[;|&]|\bdo)\s*read\s+(?:-\w+\s+(?:[\"'][^\"']*[\"']\s+)?)*(?P<read>[A-Za-z_]\w*(?:\s+[A-Za-z_]\w*)*)|"
    r"\bfor\s+(?P<loop>[A-Za-z_]\w*)\s+in\b|\bprintf\s+-v\s+(?P<printf>[A-Za-z_]\w*)|"
    r"[;&]\s*(?:export\s+)?(?P<also>[A-Za-z_]\w*)=(?=\$|`|[\"'])",
    re.MULTILINE,
)
_FOR_ONE_COMMAND = re.compile(r"^\s*(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s\"'$`(<]\S*)\s+)+[a-z./]")


def defined(text: str, language: str, *, loops: bool = False) -> tuple[str, ...]:
    """The variables that these commands leave set for later ones; with `loops` those of their own loops as well."""
    groups = ("name", "power", "read", "printf", "also", *(("loop",) if loops else ()))
    if language not in _SHELLS:
        return ()
    names = dict.fromkeys(
        name
        for found in _SETS.finditer(text)
        for group in groups
        for name in (found[group] or "").split()
        if not (group == "name" and _is_one_command(text, found.start()))
    )
    return tuple(names)


def _is_one_command(text: str, at: int) -> bool:
    """`KEY=value command`: set for this command alone."""
    start = at + (text[at:] != text[at:].lstrip("\n")) * (len(text[at:]) - len(text[at:].lstrip("\n")))
    line = text[start:].split("\n", 1)[0]
    return bool(_FOR_ONE_COMMAND.match(line)) and not line.lstrip().startswith("export")
