import type { FC } from 'hono/jsx'
import { expectPass } from '../../commands/expect-pass.js'
import type { PassKind, PassRow } from '../../domain/pass.js'
import type { PassPage, SignsOfLife } from '../../queries/queries.js'
import { formatDuration, plural } from './format.js'
import { Badge, Time } from './marks.js'
import { NextPass } from './next-pass.js'
import { FilterProblems } from './filters.js'
import { Empty, Scroll } from './parts.js'
import { punctuality, type Punctuality } from './punctuality.js'
import { SilenceNotice } from './silence-notice.js'
import { toneOfPass, wordOfPass } from './pass-strip.js'

export interface PassesView {
  kind: PassKind
  /** What of the filters could not be read. */
  problems: readonly string[]
  page: PassPage
  /** The one before the last of the page; null at the beginning of history. */
  before: PassRow | null
  /** The newest pass of the platform, on this page or not. */
  newest: PassRow | null
  life: SignsOfLife
  /** Of the platform's cron; null while passes come. */
  silentSince: Date | null
  isFirstPage: boolean
  pollIntervalMs: number
}

const KINDS: readonly [PassKind, string][] = [
  ['PASS', "Platform's cron"],
  ['MANUAL', 'By hand'],
  ['WORKER', 'Workers'],
]

export const PassesPage: FC<PassesView> = (view) => {
  const { kind, page, life, pollIntervalMs } = view
  const expected = expectPass(life.now, pollIntervalMs, view.newest?.startedAt ?? null)
  return (
    <>
      <h1>Passes</h1>
      <p class="lead">
        Each time the command was started. One is expected every {formatDuration(pollIntervalMs)}
        {expected.kind === 'expected' ? (
          <>
            , the next at about <NextPass expected={expected} now={life.now} />
          </>
        ) : null}
        .
      </p>
      <nav class="tabs" aria-label="Kind">
        {KINDS.map(([value, name]) => (
          <a href={passesPath(value)} aria-current={value === kind ? 'true' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <FilterProblems problems={view.problems} />
      <div id="passes" data-part>
        <SilenceNotice since={view.silentSince} life={view.life} pollIntervalMs={pollIntervalMs} />
        {page.passes.length === 0 ? <NoPasses kind={kind} isFirstPage={view.isFirstPage} /> : <PassTable view={view} />}
        <nav class="pages" aria-label="Pages of passes">
          {view.isFirstPage ? null : <a href={passesPath(kind)}>Newest</a>}
          {page.nextCursor === null ? null : (
            <a rel="next" href={`/passes?${kind === 'PASS' ? '' : `kind=${kind}&`}before=${page.nextCursor}`}>
              Older
            </a>
          )}
        </nav>
      </div>
    </>
  )
}

const PassTable: FC<{ view: PassesView }> = ({ view: { page, before: older, kind, pollIntervalMs, life } }) => (
  <Scroll label="Passes, newest first">
    <table class="passes">
      <thead>
        <tr>
          <th scope="col" class="number">
            Pass
          </th>
          <th scope="col">Started</th>
          {kind === 'PASS' ? <th scope="col">Punctual</th> : null}
          <th scope="col">Ended as</th>
          <th scope="col" class="number">
            Took
          </th>
          <th scope="col" class="number">
            Due
          </th>
          <th scope="col" class="number">
            Ran
          </th>
          <th scope="col" class="number">
            Failed
          </th>
          <th scope="col">Where</th>
        </tr>
      </thead>
      <tbody>
        {page.passes.map((pass, index) => {
          const before = page.passes[index + 1] ?? older
          const punctual = kind === 'PASS' && before !== null ? punctuality(pass, before, pollIntervalMs) : null
          return (
            <>
              <Row pass={pass} punctual={punctual} now={life.now} isPlatform={kind === 'PASS'} />
              {punctual?.missing ? <Gap punctual={punctual} /> : null}
            </>
          )
        })}
      </tbody>
    </table>
  </Scroll>
)

const Row: FC<{ pass: PassRow; punctual: Punctuality | null; now: Date; isPlatform: boolean }> = (props) => {
  const { pass, punctual, now } = props
  return (
    <tr id={`pass-${pass.id}`}>
      <td class="number">{pass.id}</td>
      <td class="nowrap">
        <Time at={pass.startedAt} seconds />
      </td>
      {props.isPlatform ? (
        <td class="nowrap">{punctual === null ? <span class="muted">–</span> : <Lateness punctual={punctual} />}</td>
      ) : null}
      <td class="nowrap">
        <Badge tone={toneOfPass(pass)}>{wordOfPass(pass)}</Badge>
        {pass.exitCode === undefined || pass.exitCode === 0 ? null : (
          <span class="muted exit">exit {pass.exitCode}</span>
        )}
      </td>
      <td class="number nowrap">{formatDuration((pass.finishedAt ?? now).getTime() - pass.startedAt.getTime())}</td>
      <Count value={pass.due} />
      <Count value={pass.executed} />
      <Count value={pass.failed} isBad />
      <td class="muted nowrap">
        {pass.host} <span class="nowrap">({pass.pid})</span>
      </td>
    </tr>
  )
}

const Count: FC<{ value: number | undefined; isBad?: boolean }> = ({ value = 0, isBad = false }) => (
  <td class={`number${isBad && value > 0 ? ' bad' : ''}${value === 0 ? ' muted' : ''}`}>{value}</td>
)

const Lateness: FC<{ punctual: Punctuality }> = ({ punctual: { lateMs, isLate } }) =>
  isLate ? (
    <Badge tone="late">{formatDuration(lateMs)} late</Badge>
  ) : (
    <span class="muted">{lateMs < 1000 ? 'on time' : `+${formatDuration(lateMs)}`}</span>
  )

const Gap: FC<{ punctual: Punctuality }> = ({ punctual: { missing, sincePreviousMs } }) => (
  <tr class="gap">
    <td></td>
    <td colspan={8}>
      <Badge tone="late">
        {plural(missing, 'expected pass', 'expected passes')} did not come: none for {formatDuration(sincePreviousMs)}
      </Badge>
    </td>
  </tr>
)

const NoPasses: FC<Pick<PassesView, 'kind' | 'isFirstPage'>> = ({ kind, isFirstPage }) =>
  !isFirstPage ? (
    <Empty title="There are no older passes">
      <p>
        <a href={passesPath(kind)}>Show the newest</a>
      </p>
    </Empty>
  ) : kind === 'PASS' ? (
    <Empty title="No pass yet">
      <p>
        Let the cron of your platform start <code>run-due-schedules</code>, once an hour say; every start leaves a line
        here, even when nothing is due.
      </p>
    </Empty>
  ) : (
    <Empty title={kind === 'WORKER' ? 'No worker has run' : 'Nothing was run by hand'}>
      <p>
        {kind === 'WORKER' ? 'Workers appear when runs are handed to a queue.' : ''}
        {kind === 'MANUAL' ? <code>npx run-due-schedules run ID</code> : null}
      </p>
    </Empty>
  )

function passesPath(kind: PassKind): string {
  return kind === 'PASS' ? '/passes' : `/passes?kind=${kind}`
}
