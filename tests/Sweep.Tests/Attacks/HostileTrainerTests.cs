using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Fuzzing;
using Sweep.Silo.Trainers;
using Sweep.Simulation;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;

namespace Sweep.Tests.Attacks;

/// <summary>
/// Tests trainers that send anything. A trainer's code reads texts and checkpoints of other people, so that an attacker may control it.
/// </summary>
[Collection("silos")]
public sealed class HostileTrainerTests(PostgresServer server)
{
    private const int Trials = 40;

    /// <summary>Events that are well formed and make no sense. The stream ends after each.</summary>
    private static readonly string[] Nonsense =
    [
        """{"type":"epoch","report":{"epoch":-2147483648,"train_loss":1e999,"val_loss":-1e999,"val_accuracy":7"""
            + ""","learning_rate":-1,"seconds":-1e308,"samples_per_second":1e999}}""",
        """{"type":"epoch","report":{"epoch":2147483647,"train_loss":1,"val_loss":1,"val_accuracy":1"""
            + ""","learning_rate":1,"seconds":1,"samples_per_second":1}}""",
        """{"type":"epoch","report":null}""",
        """{"type":"epoch"}""",
        """{"type":"checkpoint","epoch":-1,"step":-2147483648}""",
        """{"type":"ready","torch_version":null,"device":null}""",
        """{"type":"generated","text":null}""",
        """{"type":"failed","reason":"trainer_error","message":null}""",
        """{"type":"failed","reason":"worker_lost","message":"not my fault"}""",
        """{"type":"failed","reason":"worker_unfit","message":"try again"}""",
        """{"type":"failed","reason":"trainer_error","message":"\u0000\u001b[2J'; drop table trials; --\ud83d\ude00"}""",
        """{"type":"failed","reason":"diverged","message":"LONG"}""",
        """{"type":"succeeded","result":null}""",
        """{"type":"succeeded","result":{"train_seconds":1e999,"inference_milliseconds":-1,"inference_windows_per_second":0"""
            + ""","parameters":-9223372036854775808,"model_bytes":0,"macs":0,"training_windows":-1,"validation_windows":0"""
            + ""","peak_memory_bytes":-1,"sample":null}}""",
        """{"type":"succeeded","result":{"train_seconds":1,"inference_milliseconds":1,"inference_windows_per_second":1"""
            + ""","parameters":1,"model_bytes":1,"macs":1,"training_windows":1,"validation_windows":1"""
            + ""","peak_memory_bytes":1,"sample":"\u0000'; drop table trials; --<script>"}}""",
        """{"type":"stopped"}""",
        """{"type":"progress"}""",
    ];

    [Fact]
    public async Task Whatever_a_trainer_sends_only_its_own_trial_fails_and_the_worker_trains_the_next()
    {
        var trainers = new Trainers();
        await using var silo = await TestSilo.StartAsync(server, new(), others: trainers);
        var hostile = await silo.SubmitAsync(SimulatedSweep.Spec("hostile", silo.Dataset, Trials, retries: 0));
        var end = await silo.EndAsync(hostile);
        Assert.Equal(Trials, end.Succeeded + end.Failed);
        Assert.True(end.Failed > Trials / 2, $"{end.Failed} failed");
        Assert.Equal([Trials], await silo.QueryAsync<int>("select sum(attempt)::int from trials"));
        Assert.Equal([4_000], await silo.QueryAsync<int>("select max(length(reason)) from trials"));
        Assert.Equal([0L], await silo.QueryAsync<long>("select count(*) from epochs where epoch not between 1 and 10"));

        trainers.Honest = true;
        var sound = await silo.EndAsync(await silo.SubmitAsync(SimulatedSweep.Spec("sound", silo.Dataset, trials: 5)));
        Assert.Equal((SweepState.Completed, 5, 50L), (sound.State, sound.Succeeded, sound.EpochsDone));
    }

    private sealed class Trainers : ITrainerFactory
    {
        public bool Honest { get; set; }

        public Task<ITrainer> StartAsync(TrainerKind kind, string device, CancellationToken cancellation) =>
            Task.FromResult<ITrainer>(new Trainer(this, new SimulatedTrainer(new SimulatedTrainers())));
    }

    /// <summary>
    /// Sends a damaged conversation in place of a training. It passes the worker's self-test, so that the slot gets the next trial too.
    /// </summary>
    private sealed class Trainer(Trainers trainers, SimulatedTrainer sound) : ITrainer
    {
        private MemoryStream? _said;

        public string? Death { get; private set; }

        public Action<string>? Log { set => sound.Log = value; }

        public Task SendAsync(TrainerCommand command, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
        {
            _said = null;
            if (command is TrainerCommand.Train { Trial: not 0 } train && !trainers.Honest)
                _said = new(Conversation((int)(train.Trial % 1_000_000)));
            return _said is null ? sound.SendAsync(command, payload, cancellation) : Task.CompletedTask;
        }

        public async Task<(TrainerEvent Event, byte[] Payload)?> ReceiveAsync(CancellationToken cancellation)
        {
            if (_said is null)
                return await sound.ReceiveAsync(cancellation);
            try
            {
                if (await Frame.ReadAsync<TrainerEvent>(_said, cancellation) is { } frame)
                    return frame;
                Death = "it ended";
            }
            catch (ProtocolException error)
            {
                Death = error.Message;
            }

            return null;
        }

        public void Kill() => Death ??= "killed";

        public ValueTask DisposeAsync() => sound.DisposeAsync();

        private static byte[] Conversation(int number)
        {
            if (number > Nonsense.Length)
            {
                var target = new TrainerFrameTarget();
                return Enumerable.Range(1, 1 + (number % 4))
                    .Select(turn => new Damage(
                        (DamageKind)((number + turn) % 7), number * turn * 7919 % 1_000_000, 1 + (number % 40),
                        System.Text.Encoding.UTF8.GetBytes(target.Scraps[number * turn % target.Scraps.Count])))
                    .Aggregate(target.Inputs[1], (bytes, damage) => damage.Do(bytes));
            }

            var json = System.Text.Encoding.UTF8.GetBytes(
                Nonsense[number - 1].Replace("LONG", new string('x', 1_000_000), StringComparison.Ordinal));
            return [Frame.Version, .. BitConverter.GetBytes(json.Length), .. BitConverter.GetBytes(3), .. json, 1, 2, 3];
        }
    }
}
