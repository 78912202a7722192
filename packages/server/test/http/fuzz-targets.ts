import { fuzzTargetsOn, type FuzzTargets } from '@headgate/testkit'
import { properties as bodies } from './bodies-properties.ts'
import { properties as paths } from './paths-properties.ts'
import { openHostileFixture } from './hostile.ts'

/** Fuzz targets that run each property on its own server for a chosen time. */
export const targets: FuzzTargets = fuzzTargetsOn('http', openHostileFixture, { ...paths, ...bodies })
