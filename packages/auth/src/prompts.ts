import type { WaitOptions } from '@headgate/http'
import type { Secret } from './secret.ts'

/** Request to a person to enter a code on another device (RFC 8628). */
export interface DevicePrompt {
  /** Address of the page at which the person enters the code. */
  readonly verificationUri: string
  /** Address of the page with the code in it, for a link or a QR code. */
  readonly verificationUriComplete?: string
  readonly userCode: string
  /** Time at which the code expires, in epoch ms. */
  readonly expiresAt: number
}

/** Request to a person to log in with a browser (RFC 6749 section 4.1 with PKCE). */
export interface BrowserPrompt {
  /** Redirect URI that the configuration sets. Undefined if it sets none. */
  readonly redirectUri: string | undefined
  /** Returns the address to open in the browser. `redirectUri` receives the response. */
  urlFor(redirectUri: string): string
}

/**
 * Functions that ask a person to log in. The creator of a provider implements them for its terminal, window
 * or page. A login whose function is missing is refused.
 */
export interface Prompts {
  /** Shows the code and the address at which the person enters it. The function need not wait for the login. */
  device?(prompt: DevicePrompt, options: WaitOptions): Promise<void> | void
  /** Opens the address and returns the whole URL that the browser was redirected to after the login. */
  browser?(prompt: BrowserPrompt, options: WaitOptions): Promise<string>
  /**
   * Stores a refresh token for the next login. Servers that rotate refresh tokens issue a new one with each
   * renewal.
   */
  keepRefreshToken?(token: Secret): Promise<void> | void
}
