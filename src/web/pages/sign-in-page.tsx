import type { SignInProps } from '../page-contract.js'
import { page } from './layout.js'

/** The form that asks for a token. */
export function signInPage({ nonce, next, problem }: SignInProps) {
  return page(
    { title: 'Sign in', session: null, nonce, version: '' },
    <div class="sign-in">
      <h1>run-due-schedules</h1>
      {problem === null ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <form method="post" action="/sign-in">
        <input type="hidden" name="next" value={next} />
        <label>
          Token
          <input type="password" name="token" required autocomplete="current-password" spellcheck={false} />
        </label>
        <button class="primary">Sign in</button>
      </form>
      <p class="hint">
        Whoever runs the server makes one: <code>run-due-schedules token --role viewer --expires 12h</code>
      </p>
    </div>,
  )
}
