"""Words that tell a step from a remark, in the languages that people write runbooks in.

They only help. A numbered list is a list of steps in any language; these decide about bullets, paragraphs and headings,
where the structure of the page says nothing.
"""

import re

from warroom.definitions.importing.wordlists import words_of

# What a step begins with, in English. Some are nouns as well; a heading of one of those is not taken for a step.
_VERBS = words_of(
    """
    abort access acknowledge acquire activate add adjust advise align alert allocate allow alter analyse analyze announce
    answer append apply approve arrange ask assemble assess assign associate attach attempt audit authenticate avoid await
    back backup balance begin block boot bounce bring browse build bump bypass calculate call cancel capture change check
    choose clean clear click clone close collect commit communicate compare complete compute conduct configure confirm
    connect consider consult contact contain continue convert coordinate copy cordon correct correlate count create
    cross-check customize cut deactivate debug decide declare decommission decrease defer define degrade delegate delete
    deliver demote deploy describe deselect detach detect determine diagnose diff dig disable discard disconnect discuss
    dismiss dispatch display distinguish divert do document don't dont double-check download downgrade drain draft drill
    drop dump edit email employ empty enable enforce engage ensure enter eradicate escalate establish estimate evaluate
    evict examine exec execute exit expand expect explain export expose extend extract fail failover fetch file fill
    filter find finish fix flip flush focus follow force format forward free freeze gather generate get give grow listen study spot pay rely treat undertake collaborate explore navigate aim go grant grep
    group halt harden have head help hold identify ignore implement import increase inform initiate inject inspect install
    interview invalidate invalidation investigate invite invoke isolate issue join keep kill label launch leave let limit
    list load locate lock log login look lower maintain make manage manually map mark measure mention migrate minimize
    mitigate mitigation modify monitor mount move mute navigate note notify observe obtain offer open optimize order
    override page patch pause perform pick pin ping place plan point poll populate post prepare preserve press prevent
    prioritize proceed promote protect provide provision prune pull purge push put quarantine query quiesce raise re-check
    re-enable re-run re-start reach read reassign rebalance reboot rebuild recheck reclaim reconcile reconfigure reconnect
    record recover recreate redeploy redirect reduce re-deploy refer refine refresh regenerate reinstall reissue reject
    relax release reload relocate remediate remember remind remove rename renew reopen repair repeat replace replay
    replicate report reproduce request requeue rerun reschedule research reset reset resize resolve respond restart
    restore restrict resume resync retain retire retrieve retry return review revert revoke rewrite roll rollback rotate
    route run sanitize save scale scan schedule search secure see select send separate set share shift ship shut shutdown
    silence simulate skip snapshot specify split ssh start state stay stop store submit subscribe suspend swap switch sync
    synchronize tail take talk tell temporarily terminate test throttle tighten trace track trigger triage troubleshoot
    truncate try tune turn type uncordon undo uninstall unlock unmount unplug unset update upgrade upload use validate
    verify view visit wait walk warn watch wipe work write zap zoom
    """
)
_NOUNS_TOO = words_of(
    """
    access alert audit backup block boot call change check clone contact contain debug document dump email escalate exit
    export file filter force format forward free group head help import issue label limit list load lock log map mark
    monitor note order page patch pin place plan point post process query record release report request research return
    review rollback route run scan schedule search set share shift silence snapshot split ssh start state stop store
    switch test trace track trigger triage try type update upgrade use view visit wait walk watch work allow have expect
    do let describe
    """
)  # fmt: skip

_LEAD = re.compile(
    r"(?:[^\w<`{$\[(\"'“‘¿¡]+|(?:please|then|next|first|firstly|second|secondly|third|finally|lastly|also|now|additionally|"
    r"afterwards?|after that|immediately|quickly|carefully|manually|temporarily|optionally|alternatively|again|once more|"
    r"instead|and|or|so|simply|always|never|you (?:can|should|must|may|need to|will need to|have to|might want to|could)|"
    r"we (?:can|should|must|need to)|(?:it is|it's) (?:recommended|necessary|possible|best) to|to begin|to start|"
    r"step \d+|optional|todo|action|bitte|dann|zuerst|danach|anschließend|nun|jetzt|schließlich|zunächst|"
    r"puis|ensuite|enfin|d'abord|veuillez|merci de|luego|después|finalmente|primero|por favor|entonces|depois|em seguida|"
    r"poi|quindi|infine|per favore|먼저|다음으로|まず|次に|最後に|そして|首先|然后|接着|最后|请|請)(?=[\s,:、，]|[一-鿿]))[\s,:、，]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_TO = re.compile(
    r"(?:in order )?to [^,.:]{3,80}, *(?P<rest>.+)|"
    r"(?:from|in|on|at|using|via|with|within|inside|through|under|for) [^,.:]{2,80}, *(?P<then>.+)|"
    r"(?:as|if|when|once|after|before|while|until|unless|for example|for instance|e\.g\.)[^,.:]{0,120}[,:] *(?P<last>.+)",
    re.IGNORECASE | re.DOTALL,
)

# A condition at the beginning: a step whose outcome somebody has to say.
_IF = re.compile(
    r"(?:if|in case|should (?:the|a|an|this|that|any|you|it)|unless|otherwise|else|"
    r"falls|wenn|sofern|sollte[n]?|andernfalls|ansonsten|"
    r"si|s['’]il|sinon|dans le cas|en cas|autrement|"
    r"en caso|de lo contrario|si no|"
    r"se|caso|senão|do contrário|altrimenti|in caso|nel caso|"
    r"als|indien|anders|jeśli|jeżeli|w przeciwnym|om|annars|hvis|ellers|eğer|aksi|nếu|jika|apabila|"
    r"если|иначе|в случае|якщо|інакше)\b(?!['’-])|"
    r"もし|それ以外|そうでない|さもなければ|如果|若|如|否则|否則|倘若|만약|만일|그렇지 않으면|아니면|यदि|अगर|إذا|אם",
    re.IGNORECASE,
)
_IF_WITHIN = re.compile(
    r"^[^。\n]{1,60}(?:の場合|場合は|なら(?:ば)?、|たら、|ときは、|であれば)|^[^.\n]{1,60}(?:하면|이면|경우)[ ,]"
)
_WHEN = re.compile(
    r"(?:when|whenever|once|after|before|while|until|as soon as|for (?:each|every|all)|depending on|"
    r"sobald|nachdem|bevor|solange|jedes mal|quand|lorsque?|lorsqu['’]|dès que|une fois|après|avant|cuando|una vez|"
    r"después de|antes de|quando|assim que|depois de|dopo|prima di|appena|когда|после)\b",
    re.IGNORECASE,
)

# Other languages: forms of command, and the infinitive that does its work in lists.
_GERMAN = re.compile(
    r"(?:prüf|überprüf|kontrollier|verifizier|neustart|stopp|öffn|schließ|führ|lösch|entfern|erstell|leg|setz|änder|"
    r"aktualisier|konfigurier|aktivier|deaktivier|warte|melde|informier|benachrichtig|ruf|kontaktier|eskalier|finde|suche|"
    r"starte|wähl|klick|geh|gib|schau|sieh|lies|notier|dokumentier|stell|verbind|skalier|isolier|sperr|entsperr|sichere|"
    r"kopier|verschieb|installier|analysier|ermittl|ermittel|bestimm|vergleich|bestätig|beend|schalte|leere|rolle|sammel|"
    r"sammle|trenn|trage|wechsle|wechsel|nimm|nehm|lass|hole|logge|mache|beheb|beseitig)"
    r"(?:e|en|n|t|et|ieren|iere|iert)?\b",
    re.IGNORECASE,
)
_ROMANCE = re.compile(
    # French and Catalan -er, -ir, -re, -ez; Spanish and Portuguese -ar, -er, -ir, -e, -a; Italian -are, -ere, -ire.
    r"(?:vérifi|contrôl|redémarr|démarr|arrêt|supprim|exécut|lanc|ouvr|ferm|consult|contact|appel|averti|prév|attend|identifi|"
    r"récupér|sauvegard|restaur|déploy|mett|mette|activ|désactiv|analys|créer|cré|ajout|modifi|confirm|notifi|escalad|isol|"
    r"bloqu|connect|utilis|cherch|recherch|trouv|regard|not|fai|alle|assur|vide|purg|repre|basculer|bascul|augment|rédui|diminu|"
    r"verifi|verifique|comprueb|comprob|revis|reinici|inici|deten|dete|elimin|borr|ejecut|abr|abra|cierr|cerr|llam|avis|"
    r"esper|identif|recuper|guard|desplieg|despleg|actualiz|configur|habilit|deshabilit|analic|analiz|cree|crea|cre|"
    r"añad|agreg|modif|notif|escal|aísl|aisl|bloque|conect|busc|encuentr|mir|anot|asegúr|asegur|vací|aument|reduz|reduc|"
    r"verific|chequ|confira|reinicie|pare|parar|remov|exclu|execut|abrir|fech|contat|ligu|avise|aguard|restaur|implant|atualiz|"
    r"desabilit|desativ|ativ|analis|crie|criar|adicion|modifiqu|escalon|isole|bloquei|conecte|procur|encontr|garant|"
    r"controll|riavvi|avvi|ferma|cancell|esegu|apr[ie]|chiud|contatt|chiam|attend|individu|ripristin|aggiorn|disattiv|"
    r"analizz|aggiung|cerc|trova|assicur)"
    r"(?:er|ir|ar|re|are|ere|ire|ez|e|a|i|ie|ique|iquez|en|an|ad|ai|ons|ns|quez|que|z|s|ate|ete|ite|ca|chi|i(?:er|ez))?"
    r"(?:-vous|se|te)?\b",
    re.IGNORECASE,
)
_EAST = re.compile(
    r"(?:する|します|してください|して下さい|せよ|すること|ください|を確認|を実行|を再起動|を起動|を停止|を削除|を開く|"
    r"を調べる|を待つ|に連絡|へ連絡)[。.:：、\s]*$|"
    r"^(?:请|請|先|再)?(?:检查|檢查|查看|确认|確認|执行|執行|运行|運行|重启|重啟|重新|启动|啟動|停止|删除|刪除|打开|打開|关闭|"
    r"登录|登入|联系|聯繫|通知|升级|回滚|扩容|缩容|等待|收集|分析|定位|切换|恢复|备份|更新|修改|添加|使用|验证|记录|进入|清理)|"
    r"(?:하세요|하십시오|합니다|한다|해주세요|확인|실행|재시작)[.\s:]*$",
    re.MULTILINE,
)
_GERMAN_INFINITIVE = re.compile(  # "Pod neu starten": the verb stands last
    r"(?=[^\n]*(?:\b(?:der|das|den|dem|eine|einen|und|auf|im|mit|neu|aus|ab|alle|zum|zur|vom|beim|die)\b|[äöüß]))"
    r"[A-Za-zÄÖÜäöü][^.!?\n]{2,90} [a-zäöüß]{2,}(?:en|ern|eln)[.:!]?(?:\n|$)"
)
_RUSSIAN = re.compile(r"^[а-яё]+(?:ть|ите|йте|ься|тесь)\b", re.IGNORECASE)
_DECORATION = re.compile(r"^(?:\s|\*\*|__|\*|_(?=\w)|~~|>|#+\s|\\|[^\w\s<`{$\[(\"'“‘¿¡/.-])+")

_LINKED = re.compile(r"^\[([^\[\]]+)\](?=[(\[])")
_NUMBERED = re.compile(
    r"(?:step|schritt|étape|paso|passo|passaggio|шаг)\s*#?\d+\b|(?:手順|ステップ|步骤|단계)\s*\d", re.IGNORECASE
)


def bare(text: str) -> str:
    """The text without what Markdown and writers put before its first word; of a link its words."""
    return _LINKED.sub(r"\1 ", _DECORATION.sub("", text)).strip()


def starts_with_condition(text: str) -> bool:
    """`If X, do Y`: somebody has to say how it went."""
    start = bare(text)
    found = _LEAD.match(start)
    return any(_IF.match(each) or _IF_WITHIN.match(each) for each in (start, start[found.end() :] if found else start))


def starts_as_step(text: str) -> bool:
    """Whether it begins like something to do: a command, a condition, or a time."""
    start = bare(text)
    if not start:
        return False
    if starts_with_condition(start) or _WHEN.match(start) or _NUMBERED.match(start):
        return True
    return is_command(start)


def is_command(text: str) -> bool:
    """Whether it begins with a verb that tells somebody to do something."""
    start = bare(text)
    for _ in range(4):
        found = _LEAD.match(start)
        if not found or not found[0]:
            break
        start = bare(start[found.end() :])
    if _commands(start):
        return True
    behind = _TO.match(start)
    rest = behind and (behind["rest"] or behind["then"] or behind["last"])
    return bool(rest and _commands(_after_leads(rest)))


def _after_leads(text: str) -> str:
    while (found := _LEAD.match(text)) and found[0]:
        text = text[found.end() :]
    return text


def _commands(start: str) -> bool:
    word = _WORD.match(start)
    if word and word[0].lower().replace("’", "'") in _VERBS:
        return not _is_noun_here(word[0], start[word.end() :])
    if _EAST.search(start):
        return True
    return any(form.match(start) for form in (_GERMAN, _ROMANCE, _RUSSIAN, _GERMAN_INFINITIVE))


def _is_noun_here(word: str, rest: str) -> bool:
    """`Access to the cluster`, `Check is failing`, `Network: `: the verb is a noun."""
    if word.lower() not in _NOUNS_TOO:
        return bool(re.match(r"\s*(?:is|are|was|were|has|have|of)\b", rest))
    return bool(re.match(r"\s*(?:is|are|was|were|has|have|had|can|may|must|should|will|to|of|fails?|exists?)\b", rest))


_OBJECT = re.compile(r"\s+(?:the|that|if|whether|for|your|all|any|each)\b", re.IGNORECASE)


def heading_commands(title: str) -> bool:
    """Whether a heading tells somebody to do something: `Restart the kubelet`, but not `Access`."""
    start = bare(title)
    word = _WORD.match(start)
    if not word:
        return False
    if word[0].lower() in _NOUNS_TOO and not _OBJECT.match(start[word.end() :]):
        return False
    return len(start.split()) > 1 and is_command(start)
