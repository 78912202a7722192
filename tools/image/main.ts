import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printed, runCommand, say } from '../../conformance/lib/command.ts'
import { cacheFolder, newRunFolder } from '../../conformance/lib/paths.ts'
import { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { type BuiltImage, buildImages } from './build-images.ts'
import { checkImage } from './check/check-image.ts'
import { readOrigin } from './image-settings.ts'
import { readPins } from './pins.ts'
import { defaultMirror } from './private-apt.ts'
import { Steps } from './steps.ts'
import { updatePins } from './update-pins.ts'

const usage = `npm run image -- [options]

Builds the container images of the server for amd64 and arm64, without a daemon and without emulation, and writes them as
archives in the OCI format into .cache/image, with a bill of materials for each. Runs on Linux; tools/image/README.md
lists the programs that it needs.

  --check          build twice and compare the digests, check the files, run the images of this machine's architecture
                   with a read-only root file system, and let PyIceberg create, write and read a table (needs root and
                   Python 3.10 or newer)
  --update         write the newest Debian packages, and the Node of package-lock.json, into tools/image/pins.json
  --mirror <url>   mirror of Debian (default: ${defaultMirror})
  --json           print the result as one JSON document
  --help

Exit codes: 0 done, 1 the check failed, 2 not possible.`

interface Options {
  readonly mirror: string
  readonly json: boolean
}

async function update({ mirror, json }: Options): Promise<number> {
  const pins = await updatePins(mirror)
  const { amd64 } = pins.debian.packages
  console.log(
    json
      ? JSON.stringify(pins)
      : `tools/image/pins.json has Node ${pins.node.version} and ${amd64.length} Debian packages for each architecture.`,
  )
  return 0
}

async function build({ mirror, json }: Options, check: boolean): Promise<number> {
  const steps = new Steps(say)
  const options = { pins: readPins(), origin: await readOrigin(), mirror, steps }
  const built = await buildImages({ ...options, out: cacheFolder('image') })
  const failure = check ? await findFailure(built, options) : null
  const result = { images: built, steps: steps.done, ...(check ? { failure } : {}) }
  if (json) console.log(JSON.stringify(result, null, 2))
  else for (const { file, digest } of built) console.log(`${file}\n  ${digest}`)
  if (failure !== null) say(`image: ${failure}`)
  else if (check && !json) console.log('two builds had the same digests, and the images served PyIceberg')
  return failure === null ? 0 : 1
}

/**
 * Builds the images again, compares the digests of both builds, and checks the images. Returns the reason of a
 * failure, or null.
 */
async function findFailure(
  built: readonly BuiltImage[],
  options: Omit<Parameters<typeof buildImages>[0], 'out'>,
): Promise<string | null> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('image', 'check'))
  try {
    say('building again …')
    const again = await buildAgain(options)
    for (const { tag, digest, sourceDigest } of built) {
      const second = again.find((each) => each.tag === tag)
      if (sourceDigest !== second?.sourceDigest)
        return 'Files below packages changed between the two builds. Run the check again.'
      if (digest !== second.digest)
        return `The build of ${tag} is not reproducible: two builds have the digests ${digest} and ${second.digest}.`
    }
    const { steps, origin } = options
    for (const image of built) await checkImage(image, { keeper, steps, folder, epoch: origin.epoch, say })
    rmSync(folder, { recursive: true, force: true })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function buildAgain(
  options: Omit<Parameters<typeof buildImages>[0], 'out'>,
): Promise<readonly BuiltImage[]> {
  const out = mkdtempSync(join(tmpdir(), 'headgate-image-again-'))
  try {
    return await buildImages({ ...options, out })
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

await runCommand('image', async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      check: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      mirror: { type: 'string', default: defaultMirror },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return printed(usage)
  // The access modes of files become part of the images, so they must not depend on the umask of the caller.
  process.umask(0o022)
  return values.update ? update(values) : build(values, values.check)
})
