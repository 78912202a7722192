import { join } from 'node:path'
import type { KeptProcess, ProcessKeeper } from '../lib/process-keeper.ts'

/** Opens a page in a headless Chromium with a new profile, which can only connect to this machine. */
export function startChromium(
  keeper: ProcessKeeper,
  { command, url, folder }: { readonly command: string; readonly url: string; readonly folder: string },
): KeptProcess {
  return keeper.start({
    name: 'chromium',
    command,
    args: [
      '--headless',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      // Chromium does not start as root otherwise. The page is a part of this suite.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${join(folder, 'chromium')}`,
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-extensions',
      '--disable-sync',
      '--no-default-browser-check',
      '--no-first-run',
      '--no-pings',
      // Keeps Chromium open until it is ended. The port is on loopback.
      '--remote-debugging-port=0',
      url,
    ],
    log: join(folder, 'chromium.log'),
  })
}
