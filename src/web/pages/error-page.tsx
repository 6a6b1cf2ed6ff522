import type { FC } from 'hono/jsx'
import { VERSION } from '../../version.js'
import type { ErrorPageProps, KeptForm } from '../page-contract.js'
import type { Session } from '../session.js'
import { sentence } from './format.js'
import { Csrf, page } from './layout.js'

const TITLES: Record<string, string> = {
  UNAUTHORIZED: 'Sign in first',
  FORBIDDEN: 'Not for this role',
  CSRF: 'This page is out of date',
  CROSS_ORIGIN: 'This came from another site',
  NOT_FOUND: 'There is no such page',
  SCHEDULE_NOT_FOUND: 'There is no such schedule',
  RUN_NOT_FOUND: 'There is no such run',
  JOB_NOT_FOUND: 'There is no such job',
  METHOD_NOT_ALLOWED: 'Not this way',
  CONFLICT: 'Not now',
  REFUSED: 'That is too much',
  TOO_LARGE: 'That is too large',
  BUSY: 'Too many ask at once',
  DATABASE_UNREACHABLE: 'The database is away',
  DATABASE_NOT_MIGRATED: 'The database is not ready',
  DATABASE_FAILED: 'The database failed at this',
  INTERNAL: 'Something went wrong',
}

const FIELDS: Record<string, string> = {
  reason: 'Reason',
  for: 'Ends after',
  until: 'Ends at (UTC)',
  job: 'Job',
  params: 'Parameters',
  from: 'From (UTC)',
  to: 'To (UTC)',
}

/** Shown in place of a page that cannot be. */
export function errorPage({ nonce, session, status, code, message, fix, form, again }: ErrorPageProps) {
  const title = TITLES[code] ?? 'That cannot be done'
  return page(
    { title, session, nonce, version: session === null ? '' : VERSION },
    <div class="error-page">
      <p class="status muted">{status}</p>
      <h1>{title}</h1>
      <p class="lead">{sentence(message)}</p>
      {fix === null ? null : <p>{sentence(fix)}</p>}
      {form === null ? null : <Kept form={form} session={session} />}
      <p class="ways">
        {again === null ? null : <a href={again}>Try again</a>}{' '}
        {session === null ? <a href="/sign-in">Sign in</a> : <Ways code={code} />}
      </p>
    </div>,
  )
}

const Ways: FC<{ code: string }> = ({ code }) => (
  <>
    {code === 'SCHEDULE_NOT_FOUND' ? <a href="/schedules">All schedules</a> : null}
    {code === 'RUN_NOT_FOUND' ? <a href="/runs">All runs</a> : null}
    <a href="/">Overview</a>
  </>
)

/** What was typed, so that nobody has to type it again. */
const Kept: FC<{ form: KeptForm; session: Session | null }> = ({ form, session }) => {
  const typed = form.fields.filter(([name, value]) => value !== '' && name !== 'confirmed')
  return (
    <>
      {typed.length === 0 ? null : (
        <section class="kept" aria-labelledby="kept-title">
          <h2 id="kept-title">What you typed</h2>
          <dl class="facts">
            {typed.map(([name, value]) => (
              <>
                <dt>{FIELDS[name] ?? name}</dt>
                <dd class="typed">{value}</dd>
              </>
            ))}
          </dl>
        </section>
      )}
      {form.canBeRepeated && session !== null ? (
        <form method="post" action={form.action}>
          <Csrf session={session} />
          {form.fields.map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button class="primary">Send it again</button>
        </form>
      ) : null}
    </>
  )
}
