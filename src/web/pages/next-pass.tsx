import type { FC } from 'hono/jsx'
import type { ExpectedPass } from '../../commands/expect-pass.js'
import type { RunSummary } from '../../queries/queries.js'
import { Ago, Time } from './marks.js'

export const NextPass: FC<{ expected: ExpectedPass; now: Date }> = ({ expected, now }) =>
  expected.kind === 'expected' ? (
    <>
      <Time at={expected.at} clock />{' '}
      <span class="muted">
        (<Ago at={expected.at} now={now} />)
      </span>
    </>
  ) : (
    <>nobody knows when</>
  )

/** When a run that waits is likely to start. */
export const QueuedFor: FC<{ run: RunSummary; expected: ExpectedPass; now: Date }> = ({ run, expected, now }) => {
  if (run.availableAt !== null && run.availableAt > now) {
    return (
      <>
        waits until <Time at={run.availableAt} />
      </>
    )
  }
  if (run.passId !== null) return <>held by pass {run.passId}, starts soon</>
  if (expected.kind === 'unknown') return <>queued for the next pass; none has been seen lately, so nobody knows when</>
  return (
    <>
      queued for the pass at about <Time at={expected.at} clock />
    </>
  )
}
