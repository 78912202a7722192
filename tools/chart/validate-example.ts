import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failed } from '../../conformance/lib/outcome.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'
import { parseManifests, renderChart } from './chart.ts'
import type { Tools } from './install-tools.ts'
import { validate, writeManifests } from './validate-manifests.ts'

/**
 * Renders the chart with the values in `examples/kubernetes`, and validates the rendered manifests and the manifests
 * of the example.
 *
 * @param folder folder for temporary files
 * @throws Failed when a manifest is not valid
 */
export async function validateExample(tools: Tools, folder: string): Promise<string> {
  const example = join(repositoryRoot, 'examples/kubernetes')
  const manifests = readdirSync(join(example, 'manifests')).filter((file) => file.endsWith('.yaml'))
  const texts = [
    ['values.yaml', await renderChart(tools, join(example, 'values.yaml'))] as const,
    ...manifests.map((file) => [file, readFileSync(join(example, 'manifests', file), 'utf8')] as const),
  ]
  const counts: string[] = []
  for (const [file, text] of texts) {
    const { code, stdout, stderr } = await validate(tools, writeManifests(folder, `example-${file}`, text))
    if (code !== 0) throw new Failed(`examples/kubernetes, ${file}: ${stdout}${stderr}`)
    counts.push(`${file} ${parseManifests(text).length}`)
  }
  return `objects: ${counts.join(', ')}`
}
