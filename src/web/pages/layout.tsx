import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { ASSET_PATHS } from '../assets/asset-routes.js'
import type { Session } from '../session.js'

export interface Frame {
  session: Session | null
  nonce: string
  version: string
}

export interface Shown extends Frame {
  title: string
  /** The entry of the navigation that this page belongs to. */
  section?: string
  /** Pages about what changes by itself are brought up to date while they are open. */
  live?: boolean
}

const SECTIONS = [
  ['Overview', '/'],
  ['Schedules', '/schedules'],
  ['Runs', '/runs'],
  ['Timeline', '/timeline'],
  ['Passes', '/passes'],
] as const

const Document: FC<PropsWithChildren<Shown>> = ({
  title,
  section,
  live = false,
  session,
  nonce,
  version,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · run-due-schedules`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={ASSET_PATHS.stylesheet} />
      <script type="module" src={ASSET_PATHS.script} nonce={nonce}></script>
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to content
      </a>
      {session === null ? null : <Header section={section} session={session} />}
      <main id="content" tabindex={-1} data-live={live ? 'on' : undefined}>
        {children}
      </main>
      <footer>
        <span>{`run-due-schedules ${version}`.trim()}</span>
        <span id="zone">Times in UTC</span>
        <span id="live" role="status"></span>
      </footer>
    </body>
  </html>
)

const Header: FC<{ section: string | undefined; session: Session }> = ({ section, session }) => (
  <header>
    <a class="brand" href="/">
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d="M12 2a10 10 0 1 1-7.1 2.9" />
        <path d="M12 7v5.5l3.5 2" />
      </svg>
      <span>run-due-schedules</span>
    </a>
    <nav aria-label="Pages">
      {SECTIONS.map(([name, href]) => (
        <a href={href} aria-current={name === section ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
    <form class="session" method="post" action="/sign-out">
      <span class="who">
        {session.subject} <span class="role">{session.role}</span>
      </span>
      <Csrf session={session} />
      <button class="plain">Sign out</button>
    </form>
  </header>
)

export const Csrf: FC<{ session: Session }> = ({ session }) => (
  <input type="hidden" name="csrf" value={session.csrfToken} />
)

/** A whole HTML document. */
export function page(shown: Shown, content: Child): Promise<HtmlEscapedString> | HtmlEscapedString {
  return html`<!doctype html>${(<Document {...shown}>{content}</Document>)}`
}
