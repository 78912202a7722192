export { loopbackBrowser, type LoopbackBrowserOptions } from './loopback-browser.ts'
export { revokeToken, type RevokeTokenOptions } from '../oauth2/revoke-token.ts'
