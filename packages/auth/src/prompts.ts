import type { WaitOptions } from '@headgate/http'
import type { Secret } from './secret.ts'

/** Where a person enters a code on another device (RFC 8628). */
export interface DevicePrompt {
  readonly verificationUri: string
  /** The same with the code in it, for a link or a QR code. */
  readonly verificationUriComplete?: string
  readonly userCode: string
  /** Until when, in epoch milliseconds. */
  readonly expiresAt: number
}

/** What it takes to let a person log in with a browser (RFC 6749 section 4.1 with PKCE). */
export interface BrowserPrompt {
  /** The redirect URI of the configuration, if there is one. */
  readonly redirectUri: string | undefined
  /** The address to open for the redirect URI at which the answer is awaited. */
  urlFor(redirectUri: string): string
}

/**
 * How people are reached. Nothing here knows of a terminal, a window or a page: whoever has one shows what is to be
 * done there.
 */
export interface Prompts {
  /** Shows the code and where to enter it; it need not wait. */
  device?(prompt: DevicePrompt, options: WaitOptions): Promise<void> | void
  /** Opens the address and gives back the whole URL that the browser was sent to afterwards. */
  browser?(prompt: BrowserPrompt, options: WaitOptions): Promise<string>
  /** Keeps a refresh token for later; servers that rotate them give a new one with each renewal. */
  keepRefreshToken?(token: Secret): Promise<void> | void
}
