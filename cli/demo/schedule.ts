/** Which runs end in which minute: the whole demo follows from a seed and the minute, so it can be cut anywhere. */
import { createRandom, type Random } from './random.ts'
import type { DemoRun, Scenario, World } from './run.ts'
import { aiSdkFunction } from './scenarios/ai-sdk.ts'
import { checkoutCheck } from './scenarios/checks.ts'
import { genAiAgent } from './scenarios/gen-ai-agent.ts'
import { httpService } from './scenarios/http-service.ts'
import { catalogueImport } from './scenarios/imports.ts'
import { langgraphAssistant } from './scenarios/langgraph.ts'
import { n8nWorkflow } from './scenarios/n8n.ts'
import { nightlyJob } from './scenarios/nightly.ts'
import { orderPipeline } from './scenarios/orders.ts'
import { databaseQuery } from './scenarios/queries.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** The nightly jobs end three minutes after two, UTC. */
const NIGHTLY_MINUTE = 2 * 60 + 3
const ENVIRONMENTS = ['production', 'staging'] as const
const USERS = 40
/** A user's executions within half an hour are one conversation. */
const CONVERSATION_MINUTES = 30
/** More than any rate, so that serials never repeat. */
const SERIALS_PER_MINUTE = 100_000

/** How often each scenario is chosen. */
const SCENARIOS: readonly (readonly [Scenario, number])[] = [
  [n8nWorkflow, 22],
  [orderPipeline, 20],
  [databaseQuery, 18],
  [httpService, 16],
  [langgraphAssistant, 10],
  [genAiAgent, 8],
  [aiSdkFunction, 6],
  [checkoutCheck, 4],
  [catalogueImport, 2],
]

export interface ScheduleOptions {
  seed: number
  /** Executions a minute in the busiest hour. */
  ratePerMinute: number
  /** Quiet nights and weekends, as in an office; without it every minute is as busy as the busiest. */
  rhythm: boolean
}

/**
 * The runs that end in one minute, in order of their end. Independent of every other minute, and of the rate as well: a
 * higher one only adds runs.
 * @param minute minutes since the epoch, UTC
 */
export function runsEndingIn(minute: number, { seed, ratePerMinute, rhythm }: ScheduleOptions): DemoRun[] {
  const expected = ratePerMinute * (rhythm ? busyness(minute) : 1)
  const count = Math.floor(expected) + (createRandom(seed, minute).chance(expected % 1) ? 1 : 0)
  const runs = Array.from({ length: count }, (_, index) => {
    const random = createRandom(seed, minute, index)
    return place(random.weighted(SCENARIOS), makeWorld(random, minute, index), minute)
  })
  if (minute % DAY_MINUTES === NIGHTLY_MINUTE) {
    for (const environment of ENVIRONMENTS) {
      const world = makeWorld(createRandom(seed, minute, environment), minute, 0)
      runs.push(place(nightlyJob, { ...world, environment }, minute))
    }
  }
  return runs.sort((a, b) => a.endMs - b.endMs)
}

/** 0.1 to 1: the middle of the afternoon is the busiest, weekends have a third of it. */
export function busyness(minute: number): number {
  const hour = (minute % DAY_MINUTES) / 60
  const daylight = Math.exp(-((hour - 14) ** 2) / (2 * 4 ** 2))
  // Day 0 of the epoch was a Thursday.
  const weekday = (Math.floor(minute / DAY_MINUTES) + 4) % 7
  return (0.1 + 0.9 * daylight) * (weekday === 0 || weekday === 6 ? 0.33 : 1)
}

function makeWorld(random: Random, minute: number, index: number): World {
  const user = random.int(1, USERS)
  return {
    random,
    environment: random.weighted([
      ['production', 4],
      ['staging', 1],
    ]),
    version: random.weighted([
      ['2026.11.2', 3],
      ['2026.11.1', 1],
    ]),
    userId: `user-${String(user).padStart(3, '0')}`,
    conversationId: `conv-${user}-${Math.floor(minute / CONVERSATION_MINUTES)}`,
    serial: minute * SERIALS_PER_MINUTE + index,
  }
}

function place(scenario: Scenario, world: World, minute: number): DemoRun {
  const endMs = (minute + world.random.next()) * MINUTE_MS
  const run = scenario(world)
  const length = Math.max(...run.spans.map((span) => span.endMs))
  return { ...run, startMs: endMs - length, endMs }
}
