// Makes the pages nicer: times in the viewer's zone, and what is on the page kept up to date.
// Without it every page works as it is.
const LIVE_MS = 10_000
// Shorter than the pause between two tries: a server that hangs is noticed at the first.
const ANSWER_MS = 8000
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

const format = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

// As the server writes them: the year only where it is not this one.
function write(at, form) {
  const of = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const clock = `${of.hour}:${of.minute}`
  if (form === 'clock') return clock
  const year = at.getFullYear() === new Date().getFullYear() ? '' : ` ${of.year}`
  return `${of.weekday} ${of.day} ${of.month}${year}, ${clock}${form === 'seconds' ? `:${of.second}` : ''}`
}

function localize(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    const utc = `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`
    const form = time.dataset.form
    if (form === 'title') time.title = `${write(at, 'seconds')} (${utc})`
    else {
      time.textContent = write(at, form)
      time.title = utc
    }
  }
}

// Beside a time in the schedule's zone the viewer's own is shown only where it differs, without its day where that is the same.
function shorten(root) {
  for (const viewer of root.querySelectorAll('.viewer')) {
    const time = viewer.querySelector('time')
    const named = viewer.previousElementSibling?.textContent ?? ''
    viewer.hidden = named === time.textContent
    if (named.split(',')[0] === time.textContent.split(',')[0]) {
      time.textContent = `${time.textContent.split(', ')[1]} your time`
    }
  }
}

const main = document.getElementById('content')
localize(document)
shorten(document)
document.getElementById('zone').textContent = `Times in ${zone}, unless another zone is named`

// Parts are compared as the server sent them, before times were rewritten.
const sent = new Map()
let isBusy = false

function partsOf(root) {
  return new Map([...root.querySelectorAll('[data-part]')].map((part) => [part.id, part]))
}

async function fetchPage() {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store', signal })
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
    location.assign(answer.url)
    return null
  }
  if (!answer.ok) throw new Error(`${answer.status}`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

async function refresh() {
  if (isBusy || document.hidden) return
  isBusy = true
  try {
    const page = await fetchPage()
    if (page === null) return
    exchange(partsOf(page))
    tell('Live')
  } catch {
    tell('Not up to date: the server does not answer')
  } finally {
    isBusy = false
  }
}

function exchange(fresh) {
  const shown = partsOf(document)
  for (const [id, part] of fresh) {
    const old = shown.get(id)
    const markup = part.outerHTML
    if (old === undefined || sent.get(id) === markup) continue
    // Whoever is typing, or stands on a button, is left alone.
    if (old.contains(document.activeElement) && document.activeElement !== document.body) continue
    if (old.parentElement?.closest('[data-part]')) continue
    if (isSelected(old)) continue
    const open = new Set([...old.querySelectorAll('details[open][data-keep]')].map((details) => details.dataset.keep))
    sent.set(id, markup)
    localize(part)
    shorten(part)
    for (const details of part.querySelectorAll('details[data-keep]')) details.open = open.has(details.dataset.keep)
    hush(part, old)
    const scrolled = scrollersOf(old).map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop])
    old.replaceWith(document.adoptNode(part))
    // The same as before by their order: what is new is mostly rows and lines.
    scrollersOf(part).forEach((scroller, index) => scroller.scrollTo(...(scrolled[index] ?? [0, 0])))
  }
}

// A notice that was there before is not announced again to those who listen, only because `2 min ago` has become `3 min ago`.
function hush(part, old) {
  const told = new Set([...old.querySelectorAll('.notice strong')].map((title) => title.textContent))
  for (const notice of part.querySelectorAll('.notice')) {
    if (told.has(notice.querySelector('strong').textContent)) notice.removeAttribute('role')
  }
}

function scrollersOf(part) {
  return [...part.querySelectorAll('.scroll, .text')]
}

// Somebody marks a text to copy it.
function isSelected(part) {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && selection.containsNode(part, true)
}

function tell(text) {
  const live = document.getElementById('live')
  if (live.textContent !== text) live.textContent = text
  live.className = text === 'Live' ? 'is-live' : 'is-stale'
}

if (main?.dataset.live === 'on') {
  tell('Live')
  setInterval(refresh, LIVE_MS)
  document.addEventListener('visibilitychange', refresh)
}

// An open menu closes with Escape and with a click elsewhere.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const details of document.querySelectorAll('details.action[open]')) {
    details.open = false
    details.querySelector('summary').focus()
  }
})
document.addEventListener('click', (event) => {
  for (const details of document.querySelectorAll('details.action[open]')) {
    if (!details.contains(event.target)) details.open = false
  }
})
