import { spawn } from 'node:child_process'

/**
 * Opens a URL in the browser of this machine. Does not report a missing browser, because the caller also prints the
 * URL. The browser process gets no `HEADGATE_` variables, because some of them are secrets.
 */
export function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  if (program === undefined) return
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('HEADGATE_')),
  )
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env })
  child.on('error', () => undefined)
  child.unref()
}
