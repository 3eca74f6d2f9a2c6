/**
 * LangChain and LangGraph: a callback handler that makes a graph's run an execution and its nodes, tools, model calls and retrievals
 * steps. Needs nothing of LangChain itself: a handler is an object with methods.
 */
import type { StepType } from '@runlens/conventions'
import type { Step } from '../execution/scope.ts'
import type { LangchainOptions } from './options.ts'
import { type Metadata, RunTracker } from './run-tracker.ts'
import { type ModelOutput, modelOf, plainMessages, textsOf, usageOf } from './values.ts'

export type { LangchainOptions } from './options.ts'

interface Serialized {
  id?: string[]
  name?: string
}

/** Parts of chains that nobody named. */
const PLUMBING = /^(Runnable|Channel(Write|Read)|Branch|__start__$|__end__$)/
const HIDDEN_TAG = 'langsmith:hidden'

/** A handler for `callbacks` of `invoke`, `stream` and their like. One may serve many runs, also at once. */
export function langchainCallbacks(options: LangchainOptions = {}) {
  const tracker = new RunTracker(options)
  return {
    name: 'runlens',
    /** In order and at once, so that times are right. */
    awaitHandlers: true,
    ...chains(tracker),
    ...models(tracker),
    ...tools(tracker),
    ...retrievers(tracker),
  }
}

function chains(tracker: RunTracker) {
  return {
    handleChainStart(
      chain: Serialized,
      inputs: unknown,
      runId: string,
      parentRunId?: string,
      tags: string[] = [],
      metadata: Metadata = {},
      _runType?: string,
      runName?: string,
    ): void {
      const name = nameOf(chain, runName)
      const type: StepType = metadata.langgraph_node === name ? 'node' : isGraph(chain) ? 'agent' : 'task'
      const isHidden = tags.includes(HIDDEN_TAG) || PLUMBING.test(name)
      tracker.begin({ runId, parentRunId, name, type, inputs, metadata, isHidden })
    },
    handleChainEnd(outputs: unknown, runId: string): void {
      tracker.end(runId, (run) => {
        run.scope.setOutput(plainMessages(outputs))
        tracker.endGraph(run)
      })
    },
    handleChainError: (error: unknown, runId: string): void => tracker.fail(error, runId),
  }
}

function models(tracker: RunTracker) {
  const begin = (
    model: Serialized,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    extra?: unknown,
    _tags?: string[],
    metadata: Metadata = {},
    runName?: string,
  ): void =>
    tracker.begin({
      runId,
      parentRunId,
      name: nameOf(model, runName),
      type: 'llm',
      // One list per prompt of a batch, and mostly there is one.
      inputs: Array.isArray(inputs) && inputs.length === 1 ? inputs[0] : inputs,
      metadata,
      attributes: modelOf(extra),
    })
  return {
    handleChatModelStart: begin,
    handleLLMStart: begin,
    handleLLMEnd(output: ModelOutput, runId: string): void {
      tracker.end(runId, ({ scope }) => {
        scope.setAttributes(usageOf(output))
        scope.end({ output: textsOf(output) })
      })
    },
    handleLLMError: (error: unknown, runId: string): void => tracker.fail(error, runId),
  }
}

function tools(tracker: RunTracker) {
  return {
    handleToolStart(
      tool: Serialized,
      inputs: string,
      runId: string,
      parentRunId?: string,
      _tags?: string[],
      metadata: Metadata = {},
      runName?: string,
    ): void {
      tracker.begin({ runId, parentRunId, name: nameOf(tool, runName), type: 'tool', inputs, metadata })
    },
    handleToolEnd(output: unknown, runId: string): void {
      tracker.end(runId, ({ scope }) => scope.end({ output: plainMessages(output) }))
    },
    handleToolError: (error: unknown, runId: string): void => tracker.fail(error, runId),
  }
}

function retrievers(tracker: RunTracker) {
  return {
    handleRetrieverStart(
      retriever: Serialized,
      inputs: string,
      runId: string,
      parentRunId?: string,
      _tags?: string[],
      metadata: Metadata = {},
      runName?: string,
    ): void {
      tracker.begin({ runId, parentRunId, name: nameOf(retriever, runName), type: 'retrieval', inputs, metadata })
    },
    handleRetrieverEnd(documents: unknown[], runId: string): void {
      tracker.end(runId, ({ scope }) => {
        if ('setItems' in scope) (scope as Step).setItems({ out: documents.length })
        scope.end()
      })
    },
    handleRetrieverError: (error: unknown, runId: string): void => tracker.fail(error, runId),
  }
}

function nameOf({ name, id }: Serialized, runName: string | undefined): string {
  return runName ?? name ?? id?.at(-1) ?? 'chain'
}

function isGraph({ id }: Serialized): boolean {
  return id?.includes('pregel') ?? false
}
