import type { WaitOptions } from '@headgate/http'
import { refuseInBrowsers } from './needs-node.ts'
import type { Prompts } from './prompts.ts'

/** Options of {@link loopbackBrowser}. */
export interface LoopbackBrowserOptions {
  /** Shows the address to a person, or opens it in a browser. It need not wait. */
  readonly open: (url: string, wait: WaitOptions) => Promise<void> | void
  /**
   * The address on this machine to which the browser returns. Without a port, a free one is used (RFC 8252, section 7.3).
   * Default: `http://127.0.0.1/callback`. A redirect URI of the configuration takes precedence.
   */
  readonly redirectUri?: string
}

/**
 * Returns a `prompts.browser` for a person with a browser on this machine (RFC 8252, section 7.3). It listens on loopback
 * during the login and accepts the one response with the state of this login. It needs Node, Bun or Deno.
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
