import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromiumArguments } from '../../conformance/lib/chromium.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'

export interface PageReading {
  /** Path of the Chromium binary. */
  readonly command: string
  /** Folder for the profile and the log of Chromium. */
  readonly folder: string
  readonly url: string
  /** Texts that the page must contain. */
  readonly texts: readonly string[]
  readonly timeoutMs: number
}

/**
 * Opens a web page in a headless Chromium, and waits until the page shows the given texts.
 *
 * @throws Error with the text of the page, if the page does not show the texts in time
 */
export async function readPage(keeper: ProcessKeeper, reading: PageReading): Promise<void> {
  const { command, folder, url, texts, timeoutMs } = reading
  const { promise: address, resolve, reject } = Promise.withResolvers<string>()
  const child = keeper.start({
    name: 'chromium',
    command: 'sh',
    // Chromium prints the address of its debugging port on standard error.
    args: [
      '-c',
      'exec "$@" 2>&1',
      'sh',
      command,
      ...chromiumArguments(folder),
      '--remote-debugging-port=0',
      url,
    ],
    log: join(folder, 'chromium.log'),
    onLine: (line) => {
      const host = /DevTools listening on ws:\/\/([^/]+)/.exec(line)?.[1]
      if (host !== undefined) resolve(`http://${host}/json/list`)
    },
  })
  void child.exited.then(() => reject(new Error(`Chromium ended; see ${child.log}`)))
  const end = Date.now() + timeoutMs
  const timer = setTimeout(() => reject(new Error(`Chromium did not start; see ${child.log}`)), timeoutMs)
  const list = await address.finally(() => clearTimeout(timer))
  let shown = ''
  while (Date.now() < end) {
    shown = await readText(list).catch(() => shown)
    if (texts.every((text) => shown.includes(text))) return child.stop()
    await sleep(200)
  }
  await child.stop()
  throw new Error(`The page does not show "${texts.join('", "')}". It shows:\n${shown}`)
}

/** Returns the text of the first page in the list of Chromium's debugging port. */
async function readText(list: string): Promise<string> {
  const response = await fetch(list, { signal: AbortSignal.timeout(5_000) })
  const targets = (await response.json()) as readonly { type: string; webSocketDebuggerUrl: string }[]
  const page = targets.find(({ type }) => type === 'page')
  if (page === undefined) return ''
  const socket = new WebSocket(page.webSocketDebuggerUrl)
  try {
    const signal = AbortSignal.timeout(5_000)
    await once(socket, 'open', { signal })
    const request = { id: 1, method: 'Runtime.evaluate', params: { expression: 'document.body.innerText' } }
    socket.send(JSON.stringify(request))
    const [message] = (await once(socket, 'message', { signal })) as readonly { readonly data: string }[]
    const { result } = JSON.parse(message?.data ?? '') as {
      readonly result: { readonly result: { value?: string } }
    }
    return result.result.value ?? ''
  } finally {
    socket.close()
  }
}
