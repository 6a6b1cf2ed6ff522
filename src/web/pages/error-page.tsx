import type { ErrorPageProps } from '../page-contract.js'
import { sentence } from './format.js'
import { page } from './layout.js'

const TITLES: Record<number, string> = {
  400: 'That cannot be done',
  401: 'Sign in first',
  403: 'Not for this role',
  404: 'There is no such page',
  405: 'Not this way',
  409: 'Not now',
  429: 'Too many tries',
  503: 'The database is away',
}

/** Shown in place of a page that cannot be. */
export function errorPage({ nonce, session, status, message, fix }: ErrorPageProps) {
  const title = TITLES[status] ?? 'Something went wrong'
  return page(
    { title, session, nonce, version: '' },
    <div class="error-page">
      <p class="status muted">{status}</p>
      <h1>{title}</h1>
      <p class="lead">{message}</p>
      {fix === null ? null : <p>{sentence(fix)}</p>}
      <p>
        <a href="/">Overview</a>
      </p>
    </div>,
  )
}
