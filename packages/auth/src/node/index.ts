export { loopbackBrowser, type LoopbackBrowserOptions } from './loopback-browser.ts'
