import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openBrowser } from './open-browser.ts'

test.skipIf(process.platform !== 'linux')(
  'openBrowser starts the browser with the URL, and without the environment variables of Headgate',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headgate-browser-'))
    onTestFinished(async () => {
      vi.unstubAllEnvs()
      await rm(folder, { recursive: true })
    })
    const seen = join(folder, 'seen')
    const program = `#!/bin/sh\n{ printf '%s\\n' "$1"; env; } > ${seen}.new && mv ${seen}.new ${seen}\n`
    await writeFile(join(folder, 'xdg-open'), program)
    await chmod(join(folder, 'xdg-open'), 0o755)
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
    vi.stubEnv('HEADGATE_CREDENTIAL', 'id:secret')
    openBrowser('http://127.0.0.1:9/?a=b')
    const text = await vi.waitFor(() => readFile(seen, 'utf8'), { timeout: 10_000 })
    expect(text.split('\n')[0]).toBe('http://127.0.0.1:9/?a=b')
    expect(text).toContain('PATH=')
    expect(text).not.toContain('HEADGATE_')
  },
)
