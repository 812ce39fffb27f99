"""The page as sections within sections, and what each is for.

Known titles decide first, in several languages. What a title does not tell, the content does (stepping): a section of
an unknown name that holds steps is a phase, and one that holds none is something to know.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from warroom.definitions.importing.blocks import Block, Heading, Paragraph
from warroom.definitions.importing.words import heading_commands


class Sort(Enum):
    """What a section is for."""

    KNOW = "to know"  # its text is context, whatever it says
    LOOK = "to look at"  # diagnosis: its text is a step, even when it does not sound like one
    ACT = "to do"  # mitigation: the same; and sections within it are alternatives
    DO = "steps"  # a procedure: sections within it follow one another
    OPEN = "open"  # its content decides


@dataclass(slots=True)
class Section:
    """`title` is the heading without marks; `body` what stands before the first section within it."""

    title: str = ""
    line: int = 1
    level: int = 0
    raw: str = ""
    body: list[Block] = field(default_factory=list)
    inner: list["Section"] = field(default_factory=list)

    def all(self) -> Iterator["Section"]:
        yield self
        for each in self.inner:
            yield from each.all()


def tree(blocks: Sequence[Block]) -> Section:
    """The sections of a page, below one that has no heading."""
    root = Section()
    open_ones = [root]
    for block in blocks:
        if not isinstance(block, Heading):
            open_ones[-1].body.append(block)
            continue
        while open_ones[-1].level >= block.level:
            open_ones.pop()
        title = plain_title(block.title)
        section = Section(title=title, line=block.line, level=block.level, raw=block.raw)
        if re.search(r"\]\(\S", block.title):  # the words are the title; where they lead must not be lost
            section.body.append(Paragraph(line=block.line, raw=block.title))
        open_ones[-1].inner.append(section)
        open_ones.append(section)
    return root


def plain_title(text: str) -> str:
    """A heading as words: without emphasis, closing marks, anchors and images."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\s*\{#?[\w:.-]+\}\s*$", "", text)
    text = re.sub(r"(\*\*|__|~~|`)(.+?)\1", r"\2", text)
    text = re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", text)
    text = re.sub(r"\\([^\w\s])", r"\1", text)
    return " ".join(text.split()).rstrip(":：").strip() or text.strip()


_KNOW = frozenset("""
meaning; impact; overview; description; summary; background; introduction; intro; context; about; purpose; scope; symptoms; symptom;
cause; causes; root cause; root causes; possible causes; common causes; references; reference; links; useful links; resources;
additional resources; see also; further reading; related; related alerts; related runbooks; related links; notes; note;
glossary; definitions; definition; terminology; changelog; change log; revision history; history; version history; contacts;
contact; owner; owners; ownership; metadata; severity; severity classification; severity levels; audience; assumptions; alert; alert rule;
alert details; alert description; trigger; triggers; table of contents; contents; toc; architecture; dashboards; metrics; sla; slo;
slos; prerequisites; requirements; roles; roles and responsibilities; responsibilities; out of scope; applicable finding types; license;
faq; appendix; examples; example; disclaimer; full context; business impact; user impact; customer impact; what is it?; what is this?;
why have one?; who are they?; background information; service overview; details; known issues; status; review; acknowledgements;
additional information; more information; todo; what it means; what does this mean?; what does this alert mean?
bedeutung; auswirkung; auswirkungen; überblick; übersicht; beschreibung; zusammenfassung; hintergrund; einleitung; einführung; zweck;
symptome; ursache; ursachen; mögliche ursachen; referenzen; verweise; weiterführende links; siehe auch; anhang; ansprechpartner;
kontakt; kontakte; voraussetzungen; schweregrad; geltungsbereich; verantwortlich; verantwortlichkeiten; hinweise; historie
signification; contexte; conséquences; vue d'ensemble; présentation; résumé; description de l'alerte; objectif; objet; symptômes;
causes possibles; références; liens; liens utiles; voir aussi; annexe; annexes; historique; prérequis; gravité; responsables; remarques
significado; impacto; descripción; resumen; contexto; antecedentes; introducción; visión general; objetivo; alcance; síntomas; causas;
posibles causas; referencias; enlaces; véase también; ver también; anexo; contactos; historial; requisitos; requisitos previos;
gravedad; severidad; notas; responsable
descrição; visão geral; resumo; introdução; escopo; sintomas; possíveis causas; referências; veja também; histórico; pré-requisitos;
severidade; observações
significato; impatto; panoramica; descrizione; riepilogo; introduzione; scopo; sintomi; cause possibili; riferimenti; vedi anche;
prerequisiti; gravità; contatti; note
betekenis; overzicht; beschrijving; samenvatting; achtergrond; gevolgen; oorzaken; zie ook
значение; влияние; описание; обзор; введение; контекст; симптомы; причины; возможные причины; ссылки; контакты; см. также
意味; 影響; 影響範囲; 概要; 説明; 背景; 目的; 症状; 原因; 考えられる原因; 参考; 参考資料; 参考リンク; 関連; 関連リンク; 連絡先; 前提; 前提条件; 重要度; 補足; 備考; 変更履歴
含义; 意义; 影响; 影响范围; 概述; 概要; 描述; 说明; 背景; 简介; 目的; 症状; 现象; 故障现象; 原因; 可能原因; 参考; 参考资料; 相关链接; 联系人; 前提条件; 前置条件; 严重程度; 备注; 附录
의미; 영향; 개요; 설명; 배경; 목적; 증상; 원인; 참고; 관련 링크; 연락처; 전제 조건
""".replace("\n", ";").split(";"))  # fmt: skip
_KNOW = frozenset(each.strip() for each in _KNOW if each.strip())
_KNOW_ENDS = re.compile(
    r"(?:impact|meaning|overview|description|summary|background|references|introduction|considerations|classification|"
    r"definitions?|glossary|history|contacts|prerequisites|links)$|^(?:about|what is|what are|what does|why|who|appendix|anhang|"
    r"annexe|related)\b"
)
_KNOW_BEGINS = re.compile(r"(?:quick )?references?\b|appendix\b|anhang\b|annexe\b|about this\b")
_LOOK = re.compile(
    r"diagnos|investigat|troubleshoot|triage|debug|analy[sz]|identif|detect|verif|validat|assess|how to check|checks?\b|"
    r"prüfung|untersuchung|fehlersuche|enquête|vérification|análisis|investigación|comprobaci|verificaci|diagnóst|"
    r"investigação|análise|analisi|диагност|проверк|診断|調査|切り分け|確認|诊断|排查|检查|分析|定位|진단|조사|확인"
)
_ACT = re.compile(
    r"mitigat|resol(?:ution|ve|ving)|remed|\bfix(?:es|ing)?\b|solution|solving|workaround|recommended actions?|corrective|"
    r"what to do|behebung|lösung|abhilfe|gegenmaßnahm|entstörung|maßnahmen|atténuation|résolution|remédiation|correcti(?:on|f)|"
    r"mitigaci|resoluci|soluci|remediaci|correcci|mitigação|resolução|solução|correção|mitigazione|risoluzione|soluzion|"
    r"устранени|решени|対処|対応|対策|復旧|緩和|解決|处理|处置|解决|缓解|修复|恢复|應對|해결|완화|조치|대응"
)
_DO = re.compile(
    r"\bsteps?\b|procedures?|playbook|runbook|checklist|\bactions?\b|\bresponse\b|\brespond|contain|eradicat|recover|"
    r"restor|roll ?back|fail ?over|escalat|communicat|preserv|clean ?up|instructions?|how to|to-?dos?\b|workflow|"
    r"post-incident|post-mortem|postmortem|after the incident|tasks|vorgehen|ablauf|schritte?\b|anleitung|sofortmaßnahm|"
    r"eskalation|nachbereitung|wiederherstell|étapes?|procédure|marche à suivre|escalade|procedimiento|pasos?\b|acciones|"
    r"escalad|escalamiento|procedimento|passos?\b|ações|procedura|passi\b|azioni|действи|шаг|порядок|"
    r"手順|手順書|作業|エスカレーション|ロールバック|步骤|流程|操作|升级|回滚|절차|단계|에스컬레이션"
)
_NUMBER = re.compile(
    r"^(?P<word>(?:step|phase|part|stage|schritt|teil|étape|partie|paso|fase|parte|etapa|passo|шаг|этап|ステップ|手順|步骤|第|단계)\s*)?"
    r"(?P<number>\d+(?:\.\d+)*|[ivx]{1,4}(?=[.)])|[a-z](?=[.)] ))(?:\s*[.):：、—–-]|\s*(?:章|节|節|部|步|단계)|(?=\s)|$)\s*",
    re.IGNORECASE,
)
_IN_ORDER = re.compile(
    r"^(?:first|second|third|then|next|finally|lastly|zuerst|dann|danach|d'abord|ensuite|enfin|primero|luego|después)\b|"
    r"^(?:prepar|contain|eradicat|recover|investigat|identif|remediat|communicat|verif|validat|post-|clean ?up|lessons|"
    r"escalat|monitor|detect|analy|restor|roll ?back|confirm|überprüf|nachbereit|vérif|verific)"
)
_AFTERWARDS = re.compile(
    r"^(?:verif|validat|confirm|post-|after|clean ?up|monitor|follow|escalat|prevent|long.term|rollback|überprüf|nachbereit|"
    r"prüfung|vérif|après|verific|después|prevenci|確認|事後|验证|后续|검증)"
)


def _named(title: str) -> tuple[bool, str]:
    """Whether the title counts as a step (`Step 3:`), and the words behind marks and numbers, folded."""
    words = "".join(each if unicodedata.category(each)[0] not in "SC" else " " for each in title)
    words = " ".join(words.split()).casefold()
    found = _NUMBER.match(words)
    if found and (rest := words[found.end() :].strip(" -—–:")):
        return bool(found["word"]), rest
    return bool(found and found["word"]), words


def is_usual(title: str) -> bool:
    """Whether sections of many runbooks are called so, and hence no page: `Impact`, `How to fix`."""
    words = _named(title)[1]
    usual = words in _KNOW or any(pattern.search(words) for pattern in (_ACT, _LOOK, _DO))
    return usual and len(words.split()) <= 3


def sort_of(title: str, above: Sort) -> Sort:
    """What a section of this title is for. `above` is what the section around it is for."""
    step, words = _named(title)
    if words in _KNOW or words.rstrip("?!.") in _KNOW:
        return Sort.KNOW
    short = len(words.split()) <= 8
    if _KNOW_BEGINS.match(words):
        return Sort.KNOW
    if _KNOW_ENDS.search(words) and not (short and _ACT.search(words)):
        return Sort.KNOW
    if above is Sort.KNOW:
        return Sort.KNOW if not (short and (_ACT.search(words) or _LOOK.match(words) or _DO.match(words))) else Sort.DO
    if short:
        for sort, pattern in ((Sort.ACT, _ACT), (Sort.LOOK, _LOOK), (Sort.DO, _DO)):
            if pattern.search(words):
                return Sort.DO if sort is Sort.ACT and above in (Sort.ACT, Sort.DO) else sort
    if step or heading_commands(words):
        return Sort.DO
    return above if above is not Sort.ACT else Sort.DO


def unnumbered(title: str) -> str:
    """A heading without its number, unless there is nothing else to it."""
    found = _NUMBER.match(title)
    return title[found.end() :].strip(" -—–:") or title if found else title


def in_order(titles: Sequence[str]) -> bool:
    """Whether sections of these titles follow one another, rather than being alternatives."""
    named = [_named(title) for title in titles]
    numbered = sum(
        words != " ".join(title.split()).casefold() or step for title, (step, words) in zip(titles, named, strict=True)
    )
    return numbered * 2 > len(titles) or sum(bool(_IN_ORDER.match(words)) for _, words in named) * 2 > len(titles)


def comes_afterwards(title: str) -> bool:
    """Whether a section among alternatives is for afterwards, whichever was taken."""
    return bool(_AFTERWARDS.match(_named(title)[1]))
