import type { WaitOptions } from '@headgate/http'
import { refuseInBrowsers } from './needs-node.ts'
import type { Prompts } from './prompts.ts'

/** Options of {@link loopbackBrowser}. */
export interface LoopbackBrowserOptions {
  /** Shows the login URL to a person, or opens the URL in a browser. The function need not wait for the login. */
  readonly open: (url: string, wait: WaitOptions) => Promise<void> | void
  /**
   * URL on this machine that the issuer redirects the browser to after the login. If the URL has no port, a free port
   * is used (RFC 8252, section 7.3). Default: `http://127.0.0.1/callback`. A configured redirect URI takes
   * precedence.
   */
  readonly redirectUri?: string
}

/**
 * Returns a function for `prompts.browser` that logs in a person with a browser on this machine (RFC 8252, section
 * 7.3). The function listens on a loopback address during the login, and accepts only the response with the `state`
 * of this login. It needs Node, Bun or Deno.
 *
 * @example Type-checked only, because it needs a person.
 * ```ts
 * const prompts = { browser: loopbackBrowser({ open: (url) => console.error(`Open ${url}`) }) }
 * const auth = await oauth2({ issuer, clientId: 'cli', grantType: 'authorization-code' }, { prompts })
 * ```
 */
export function loopbackBrowser(options: LoopbackBrowserOptions): NonNullable<Prompts['browser']> {
  return async (login, wait) => {
    refuseInBrowsers('loopbackBrowser', 'ports to listen on')
    const { receiveLogin } = await import('./node/receive-login.ts')
    return await receiveLogin(options, login, wait)
  }
}
