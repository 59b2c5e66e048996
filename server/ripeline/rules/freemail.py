"""Domains of addresses anybody can have: an e-mail there says nothing about a company. French providers included."""

from __future__ import annotations

from typing import Final

FREEMAIL: Final = frozenset(
    """
    9online.fr abv.bg alice.fr alice.it aliceadsl.fr aol.com aol.de aol.fr att.net bbox.fr bellsouth.net bigpond.com
    bk.ru bluewin.ch bol.com.br btinternet.com caramail.com cegetel.net centrum.cz charter.net club-internet.fr
    comcast.net cox.net dartybox.com duck.com estvideo.fr fastmail.com fastmail.fm free.fr freenet.de freesurf.fr
    gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net googlemail.com hey.com hotmail.be hotmail.ca
    hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com ig.com.br inbox.ru
    infonie.fr interia.pl juno.com laposte.net libero.it libertysurf.fr list.ru live.be live.ca live.co.uk live.com
    live.fr live.it live.nl mac.com mageos.com mail.bg mail.com mail.ru mailbox.org mailo.com mailo.fr me.com mel.fr
    msn.com naver.com neuf.fr netcourrier.com netscape.net noos.fr nordnet.fr numericable.com numericable.fr o2.pl
    online.fr onet.pl optonline.net orange.fr outlook.be outlook.com outlook.de outlook.es outlook.fr outlook.it ovi.com
    pm.me post.cz posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com
    riseup.net rocketmail.com rogers.com sapo.pt sbcglobal.net seznam.cz sfr.fr sfr.net sina.com skynet.be sky.com
    sohu.com sympatico.ca t-online.de talktalk.net tele2.fr telefonica.net telenet.be terra.com.br tin.it tiscali.fr
    tiscali.it tuta.com tuta.io tutanota.com tutanota.de ukr.net uol.com.br verizon.net videotron.ca virgilio.it
    virginmedia.com vodafone.it voila.fr wanadoo.es wanadoo.fr web.de worldonline.fr wp.pl yahoo.ca yahoo.co.in
    yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru
    ymail.com zoho.com zohomail.com 126.com 163.com
    """.split()
)
