using Sweep.Benchmarks.Chaos;
using Sweep.Benchmarks.Fuzzing;
using Sweep.Benchmarks.Orchestration;
using Sweep.Benchmarks.Overhead;
using Sweep.Benchmarks.Programs;
using Sweep.Benchmarks.Published;
using Sweep.Benchmarks.Recording;
using Sweep.Benchmarks.Recovery;
using Sweep.Benchmarks.Scheduling;
using Sweep.Benchmarks.Search;
using Sweep.Benchmarks.Statistics;
using Sweep.Benchmarks.Storage;
using Sweep.Benchmarks.Training;
using Sweep.Benchmarks.Views;

const string Usage =
    """
    Usage: Sweep.Benchmarks NAME [ARGUMENTS]

      training [rounds]           the training loop against the built-in modules and the floor; `training vocabulary`, or
                                  `training shakespeare`
      views [trials epochs]       the views' answers on 10 million epochs of 50,000 trials
      statistics [sweeps]         the report's sentences and intervals against simulated sweeps whose truth is known (2000)
      published TEXT [replicates] the nine cells of the published experiment on its text, several times, beside its numbers (5)
      proposals                   how long each search method takes to propose a trial, and how long a stopping rule to judge one
      search [--samplers a,b --functions a,b --seeds n --trials n]  the samplers against Optuna's (all, all, 30, 200)
      curves FILE                 trains the 576 models whose learning curves `rules` uses, and writes them
      rules [seeds]               the stopping rules against Optuna's pruners on these curves (30)
      storage [seconds]           epochs, grids and moves into PostgreSQL
      checkpoints [trials MB MB/s seconds]  what checkpoints that replace each other take on the disk (16 0.8 1 180)
      orchestration [tls] [asha] [trials …]  simulated trials of 10 epochs through two silos, with TLS, with a stopping rule (1000 20000)
      scheduler [workers trials seconds]  one scheduler for many workers (1000 20000 8)
      programs [rounds]           what the runner of programs adds to one that does nothing but report (10)
      overhead [--epochs n]       `sweep run` against its own training loops (100)
      recovery [kills]            killed and added silos, two silos against one, simulated silos (10)
      recording FILE              the README's picture of `sweep run` on a terminal, from a real run (docs/live.svg)
      chaos [--seed n --minutes n]  real silos under a killer, against the same sweep undisturbed (1 10)
      fuzz [--minutes n --seed n --target name]  damaged inputs for every reader of what others wrote (10, a seed that is printed, all)
    """;

switch (args)
{
    case ["training", .. var rest]:
        return TrainingBenchmark.Run(rest);
    case ["views", .. var rest]:
        return await ViewsBenchmark.RunAsync(rest);
    case ["statistics", .. var rest]:
        return StatisticsBenchmark.Run(rest);
    case ["published", .. var rest]:
        return await PublishedBenchmark.RunAsync(rest);
    case ["proposals"]:
        return ProposalBenchmark.Run();
    case ["search", .. var rest]:
        return await PeerBenchmark.RunAsync(rest);
    case ["curves", .. var rest]:
        return await CurvesCommand.RunAsync(rest);
    case ["rules", .. var rest]:
        return await RuleBenchmark.RunAsync(rest);
    case ["storage", .. var rest]:
        return await StorageBenchmark.RunAsync(rest);
    case ["checkpoints", .. var rest]:
        return await CheckpointBenchmark.RunAsync(rest);
    case ["orchestration", .. var rest]:
        return await OrchestrationBenchmark.RunAsync(rest);
    case ["scheduler", .. var rest]:
        return await SchedulerBenchmark.RunAsync(rest);
    case ["programs", .. var rest]:
        return await ProgramBenchmark.RunAsync(rest);
    case ["overhead", .. var rest]:
        return await OverheadBenchmark.RunAsync(rest);
    case ["recovery", .. var rest]:
        return await RecoveryBenchmark.RunAsync(rest);
    case ["recording", .. var rest]:
        return await RecordingCommand.RunAsync(rest);
    case ["chaos", .. var rest]:
        return await ChaosCommand.RunAsync(rest);
    case ["fuzz", .. var rest]:
        return await FuzzCommand.RunAsync(rest);
    default:
        Console.Error.WriteLine(args is [var found, ..] ? $"benchmark: found {found}.\n\n{Usage}" : Usage);
        return 2;
}
