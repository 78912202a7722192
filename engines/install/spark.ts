import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from '../../conformance/lib/stamp.ts'
import { copyArtifacts } from '../../conformance/lib/maven-artifacts.ts'
import { pythonVenv } from '../../conformance/lib/python-venv.ts'

const iceberg = '1.12.0'

export interface InstalledSpark {
  readonly python: string
  /** Paths of the jars on the class path of Spark. */
  readonly jars: readonly string[]
}

/** Installs Spark 4.1 (PySpark) with Iceberg's runtime and the AWS SDK for S3. */
export async function installSpark(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<InstalledSpark> {
  const python = await pythonVenv(keeper, cacheFolder('engines', 'spark'), ['pyspark==4.1.*'], say)
  const folder = cacheFolder('engines', 'spark-jars')
  const artifacts = [
    `org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:${iceberg}`,
    `org.apache.iceberg:iceberg-aws-bundle:${iceberg}`,
  ]
  const jars = artifacts.map((text) => {
    const [, artifact, version] = text.split(':')
    return join(folder, `${artifact}-${version}.jar`)
  })
  const stamp = computeStamp(...artifacts)
  if (!isInstalled(folder, stamp)) {
    say('fetching Iceberg’s Spark runtime with Maven …')
    mkdirSync(folder, { recursive: true })
    const log = join(folder, 'install.log')
    await copyArtifacts(keeper, { artifacts, into: folder, pom: join(folder, 'pom.xml'), log })
    markInstalled(folder, stamp)
  }
  return { python, jars }
}
