import { join } from 'node:path'
import { chromiumArguments } from '../lib/chromium.ts'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'

/** Opens a page in a headless Chromium with a new profile. The browser can connect only to this machine. */
export function startChromium(
  keeper: ProcessKeeper,
  { command, url, folder }: { readonly command: string; readonly url: string; readonly folder: string },
): KeptProcess {
  return keeper.start({
    name: 'chromium',
    command,
    args: [
      ...chromiumArguments(folder),
      // The debugging port keeps Chromium running until its process is ended. The port is on loopback.
      '--remote-debugging-port=0',
      url,
    ],
    log: join(folder, 'chromium.log'),
  })
}
