import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './chart.ts'
import type { PodSpec } from './container.ts'
import { runSuccessfully } from '../../conformance/lib/run-program.ts'

/** Local folders that replace the mounted volumes of a container. */
export interface PodFiles {
  /** Returns the local path of a file that the container sees at a path in a volume. */
  resolve(path: string): string
  /** Certificate of the server, in PEM. */
  readonly certificate: string
}

/**
 * Creates local files for the volumes of the server's pod in `folder`: the data of ConfigMaps that the chart renders,
 * a certificate for the TLS Secret and for all other ConfigMaps, and a text that replaces the token of a service
 * account.
 */
export async function createPodFiles(
  folder: string,
  manifests: readonly Manifest[],
  { containers, volumes = [] }: PodSpec,
): Promise<PodFiles> {
  const { certificate, key } = await createCertificate(folder)
  const mounts = (containers[0]?.volumeMounts ?? []).map(({ name, mountPath }) => ({
    mountPath,
    place: join(folder, 'volumes', name),
  }))
  for (const { name, configMap, secret, projected } of volumes) {
    const place = join(folder, 'volumes', name)
    mkdirSync(place, { recursive: true })
    const files = {
      ...(configMap === undefined ? {} : (findData(manifests, configMap.name) ?? { 'ca.crt': certificate })),
      ...(secret === undefined ? {} : { 'tls.crt': certificate, 'tls.key': key }),
      ...Object.fromEntries(
        (projected?.sources ?? []).map(({ serviceAccountToken }) => [
          serviceAccountToken?.path ?? 'other',
          'token\n',
        ]),
      ),
    }
    for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text)
  }
  return {
    certificate,
    resolve(path) {
      const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`))
      return mount === undefined ? path : mount.place + path.slice(mount.mountPath.length)
    },
  }
}

function findData(
  manifests: readonly Manifest[],
  name: string,
): Readonly<Record<string, string>> | undefined {
  const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)
  return (found as (Manifest & { readonly data: Readonly<Record<string, string>> }) | undefined)?.data
}

async function createCertificate(
  folder: string,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const text = await runSuccessfully(
    'openssl',
    [
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout - -out -'.split(' '),
      ['-subj', '/CN=headgate', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:catalog.example.com'],
    ].flat(),
    { cwd: folder },
  )
  const block = (label: string): string =>
    new RegExp(`-----BEGIN ${label}-----[^]+?-----END ${label}-----\n`).exec(text)?.[0] ?? ''
  return { certificate: block('CERTIFICATE'), key: block('PRIVATE KEY') }
}
