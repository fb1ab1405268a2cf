using FsCheck;
using FsCheck.Fluent;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Orders;

/// <summary>
/// Does random orders, reports, losses, deaths and activations to the lease table, the trials and the sweeps. After each step no trial
/// trains that was ordered to stop, nothing begins in a sweep that does not run, nothing that runs is dropped, and no loss is counted
/// without a cause. At the end everything that waits can be started.
/// </summary>
public sealed class OrderModelTests
{
    private const int Sweeps = 2;
    private const int TrialsEach = 3;

    public enum Act
    {
        Lease, Open, Train, Succeed, Fail, Die, Renew, Deliver, DeliverTwice, Watch, Activate, Pause, Resume, Cancel, CancelTrial, Retry,
        Drain, Pass, Silence, Hold, Release, Stop,
    }

    public sealed record Step(Act Act, int Which, bool Told);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_events_come_in_any_sequence_every_order_holds_and_every_trial_ends(int slots)
    {
        var act = Gen.Frequency(
            (8, Gen.Constant(Act.Lease)), (8, Gen.Constant(Act.Open)), (6, Gen.Constant(Act.Train)), (3, Gen.Constant(Act.Succeed)),
            (3, Gen.Constant(Act.Fail)), (1, Gen.Constant(Act.Die)), (8, Gen.Constant(Act.Renew)), (8, Gen.Constant(Act.Deliver)),
            (2, Gen.Constant(Act.DeliverTwice)),
            (4, Gen.Constant(Act.Watch)), (2, Gen.Constant(Act.Activate)), (1, Gen.Constant(Act.Pause)), (2, Gen.Constant(Act.Resume)),
            (1, Gen.Constant(Act.Cancel)), (1, Gen.Constant(Act.CancelTrial)), (2, Gen.Constant(Act.Retry)), (1, Gen.Constant(Act.Drain)),
            (4, Gen.Constant(Act.Pass)), (1, Gen.Constant(Act.Silence)),
            (3, Gen.Constant(Act.Hold)), (3, Gen.Constant(Act.Release)), (1, Gen.Constant(Act.Stop)));
        var step = from what in act
                   from which in Gen.Choose(0, 1_000)
                   from told in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
                   select new Step(what, which, told);
        Prop.ForAll(step.ListOf(150).ToArbitrary(), steps => Run([.. steps], slots)).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    private static void Run(IReadOnlyList<Step> steps, int slots)
    {
        var cluster = new OrderCluster(Sweeps, TrialsEach, slots);
        cluster.AddWorker();
        cluster.AddWorker();
        cluster.Activate();
        foreach (var step in steps)
            Do(cluster, step);
        End(cluster);
    }

    private static void Do(OrderCluster cluster, Step step)
    {
        var alive = cluster.Workers.Where(worker => worker.Alive).ToList();
        var worker = alive[step.Which % alive.Count];
        var held = worker.Holds.Count == 0 ? null : worker.Holds[step.Which / 7 % worker.Holds.Count];
        var sweep = 1 + (step.Which % Sweeps);
        switch (step.Act)
        {
            case Act.Lease:
                cluster.Lease(worker);
                break;
            case Act.Open when held is { Opened: false }:
                cluster.Open(worker, held);
                break;
            case Act.Train when held is not null:
                cluster.Train(worker, held);
                break;
            case Act.Succeed when held is not null:
                cluster.End(worker, held, TrialMove.Succeed);
                break;
            case Act.Fail when held is not null:
                cluster.End(worker, held, TrialMove.Fail, step.Told ? FailureReason.TrainerDied : FailureReason.WorkerUnfit);
                break;
            case Act.Stop when held is not null:
                cluster.End(worker, held, TrialMove.Stop);
                break;
            case Act.Hold when held is not null:
                cluster.Hold(worker, held);
                break;
            case Act.Release:
                cluster.Release(new(sweep, 1 + (step.Which / 7 % TrialsEach)), stops: step.Which % 3 == 0, step.Told);
                break;
            case Act.Die:
                cluster.Die(worker);
                cluster.AddWorker();
                break;
            case Act.Renew:
                cluster.Renew(worker);
                Replace(cluster, worker);
                break;
            case Act.Deliver or Act.DeliverTwice:
                cluster.Deliver(step.Which, step.Act == Act.DeliverTwice);
                break;
            case Act.Watch:
                cluster.Watch();
                break;
            case Act.Activate:
                cluster.Activate();
                break;
            case Act.Pause or Act.Resume or Act.Cancel:
                cluster.Order(
                    sweep, step.Act switch { Act.Pause => SweepMove.Pause, Act.Resume => SweepMove.Resume, _ => SweepMove.Cancel },
                    step.Told);
                break;
            case Act.CancelTrial:
                cluster.Cancel(new(sweep, 1 + (step.Which / 7 % TrialsEach)), step.Told);
                break;
            case Act.Retry:
                cluster.Retry(sweep, step.Told);
                break;
            case Act.Drain:
                cluster.Drain(worker);
                break;
            case Act.Pass:
                // The workers that live renew their leases in time.
                foreach (var other in alive)
                    cluster.Renew(other);
                foreach (var other in alive)
                    Replace(cluster, other);
                cluster.Pass(TimeSpan.FromSeconds(step.Which % 5));
                break;
            case Act.Silence when step.Which % 4 == 0:
                cluster.Pass(TimeSpan.FromSeconds(16));
                break;
            default:
                break;
        }
    }

    private static void Replace(OrderCluster cluster, OrderCluster.Worker worker)
    {
        if (!worker.Alive)
            cluster.AddWorker();
    }

    /// <summary>Lets everything that is to run end without further disturbance.</summary>
    private static void End(OrderCluster cluster)
    {
        for (var sweep = 1; sweep <= Sweeps; sweep++)
            cluster.Order(sweep, SweepMove.Resume, told: true);
        for (var round = 0;
            round < 100
                && !Enumerable.Range(1, Sweeps)
                    .All(sweep => cluster.Rows.Sweeps[sweep] != SweepState.Running && cluster.Rows.IsOver(sweep));
            round++)
        {
            while (cluster.Waiting > 0)
                cluster.Deliver(0, again: false);
            cluster.Watch();
            foreach (var worker in cluster.Workers.Where(worker => worker.Alive).ToList())
            {
                cluster.Renew(worker);
                Replace(cluster, worker);
                if (!worker.Alive)
                    continue;
                cluster.Lease(worker);
                foreach (var held in worker.Holds.Where(held => !held.Opened).ToList())
                    cluster.Open(worker, held);
                foreach (var held in worker.Holds.ToList())
                    cluster.End(worker, held, TrialMove.Succeed);
            }

            cluster.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.True(
            cluster.Rows.Sweeps.Values.All(state => state is SweepState.Completed or SweepState.Cancelled)
                && Enumerable.Range(1, Sweeps).All(cluster.Rows.IsOver),
            "Something waits and nothing can start it: "
                + string.Join(
                    ", ",
                    cluster.Rows.Trials.Values
                        .Where(row => !row.State.IsOver())
                        .Select(row => $"{row.Id} {row.State} {row.Attempt}"))
                + $"\n{cluster.History}");
    }
}
