import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { type ArchitectureName, architectures } from '../architecture.ts'
import type { BuiltImage } from '../build-images.ts'
import type { Flavor } from '../flavor.ts'
import { billPath } from '../program-layer.ts'
import type { Steps } from '../steps.ts'
import { validateBill } from './bill-schema.ts'
import { startContainer } from './container.ts'
import { findFileFaults } from './root-file-system.ts'
import { type ServeOptions, serveTable } from './serve-table.ts'
import { type UnpackedImage, unpackImage } from './unpack-image.ts'

/** Processor architecture of this machine. */
const own = architectures.find(({ npm }) => npm === process.arch)

export interface CheckOptions {
  readonly keeper: ProcessKeeper
  readonly steps: Steps
  readonly folder: string
  readonly epoch: number
  readonly say: (line: string) => void
}

/**
 * Checks the files in an image for all architectures, and runs the image for the architecture of this machine. Runs
 * the server image for the other architecture in an emulator, if one is installed.
 */
export async function checkImage({ file, tag, flavor }: BuiltImage, options: CheckOptions): Promise<void> {
  const { keeper, steps, epoch } = options
  for (const { name } of architectures) {
    const folder = join(options.folder, tag, name)
    mkdirSync(folder, { recursive: true })
    const image = await steps.run(`check the files of ${tag} for ${name}`, async () => {
      const unpacked = await unpackImage(file, name, folder)
      const faults = findFileFaults(unpacked.root, epoch)
      if (faults.length > 0) throw new Error(faults.slice(0, 20).join('\n'))
      await validateBill(keeper, join(unpacked.root, billPath), join(folder, 'bill.log'))
      return unpacked
    })
    if (name !== own?.name) {
      await serveEmulated({ keeper, image, flavor, folder }, name, options)
      continue
    }
    await steps.run(`check the limits of ${tag} for ${name}`, () =>
      checkLimits(keeper, image, flavor, folder),
    )
    await steps.run(`serve PyIceberg from ${tag} for ${name}`, () =>
      serveTable({ keeper, image, flavor, folder }),
    )
  }
}

/** Paths of emulators, keyed by the emulated architecture. The Debian package `qemu-user-static` contains them. */
const emulators: Readonly<Record<ArchitectureName, string>> = {
  amd64: '/usr/bin/qemu-x86_64-static',
  arm64: '/usr/bin/qemu-aarch64-static',
}

async function serveEmulated(
  options: ServeOptions,
  name: ArchitectureName,
  { steps, say }: CheckOptions,
): Promise<void> {
  const { image, flavor } = options
  // The emulator does not emulate programs that an emulated program starts, so the embedded PostgreSQL of the trial
  // image cannot run.
  if (flavor === 'trial') return
  if (!existsSync(emulators[name])) {
    say(`The image for ${name} was not run: ${emulators[name]} is not installed (qemu-user-static).`)
    return
  }
  copyFileSync(emulators[name], join(image.root, 'emulator'))
  const Entrypoint = ['/emulator', '/usr/bin/node', ...image.settings.Entrypoint]
  // With MALLOC_TRIM_THRESHOLD_ set, the server does not restart itself, and with one worker it starts no further
  // process.
  const env = { MALLOC_TRIM_THRESHOLD_: '8388608', HEADGATE_WORKERS: '1' }
  const emulated = { ...image, settings: { ...image.settings, Entrypoint } }
  await steps.run(`serve PyIceberg from the emulated image for ${name}`, () =>
    serveTable({ ...options, image: emulated, env }),
  )
}

const limits = `
import { existsSync, writeFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import assert from 'node:assert'
assert.equal(process.getuid(), 65532)
assert.equal(process.getgid(), 65532)
assert.deepEqual(process.getgroups(), [65532])
assert.equal(process.pid, 1)
for (const path of ['/new', '/etc/passwd', '/usr/lib/headgate/new', '/var/lib/headgate/new'])
  assert.throws(() => writeFileSync(path, ''), (error) => ['EROFS', 'EACCES'].includes(error.code), path)
writeFileSync('/tmp/new', '')
assert.ok(getCACertificates('system').length > 100)
assert.equal(existsSync('/bin/sh'), process.argv.includes('trial'))
`

/**
 * Checks the user, the writable paths, the certificates and the shell in a container, with a program that runs inside
 * it. Only the trial image may contain a shell.
 */
async function checkLimits(
  keeper: ProcessKeeper,
  image: UnpackedImage,
  flavor: Flavor,
  folder: string,
): Promise<void> {
  const { process } = startContainer(
    keeper,
    { ...image, settings: { ...image.settings, Entrypoint: ['/usr/bin/node'] } },
    {
      name: 'limits',
      log: join(folder, 'limits.log'),
      command: ['--input-type=module', '--eval', limits, flavor],
    },
  )
  const { code } = await process.exited
  if (code !== 0)
    throw new Error(
      `A check of the user, writable paths, certificates or shell failed inside the container; see ${folder}/limits.log`,
    )
}
