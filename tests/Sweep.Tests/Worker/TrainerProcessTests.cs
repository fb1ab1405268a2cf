using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Silo.Trainers;
using Sweep.Tests.SweepFiles;
using Sweep.Tests.Trainer;

namespace Sweep.Tests.Worker;

/// <summary>Tests with real processes: the trainer's program, and shell scripts in its place.</summary>
public sealed class TrainerProcessTests : IDisposable
{
    private const string Secret = "SWEEP_TEST_SECRET";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-trainer-").FullName;

    [Fact]
    public void The_proof_for_GPUs_gives_a_trainer_the_variables_that_a_silo_gives()
    {
        var script = File.ReadAllText(RepositoryFolder.Join("tests", "gpu", "trainer.py"));
        Assert.All(
            TrainerEnvironment.Variables,
            pair => Assert.Contains($"\"{pair.Key}\": \"{pair.Value}\"", script, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_cannot_be_started_until_it_has_the_right_to_be_executed()
    {
        var program = Path.Combine(_folder, "Sweep.Trainer");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet {TrainerProgram.Library}\n", TestContext.Current.CancellationToken);
        var denied = await Assert.ThrowsAsync<TrainerStartException>(() => StartAsync(_folder));
        Assert.Equal($"The trainer {program} cannot be started: Permission denied", denied.Message);

        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await (await StartAsync(_folder)).DisposeAsync();
    }

    [Fact]
    public async Task A_program_whose_interpreter_is_missing_cannot_be_started()
    {
        var start = Script("exit 0");
        await File.WriteAllTextAsync(start.FileName, "#!/nowhere/sh\n", TestContext.Current.CancellationToken);
        Assert.Contains(
            "cannot be started: No such file or directory",
            Assert.Throws<TrainerStartException>(() => new TrainerProcess(start)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_inherits_nothing_that_is_not_for_it()
    {
        Environment.SetEnvironmentVariable(Secret, "Host=db;Password=secret");
        Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", "passive");
        try
        {
            await using var trainer = (TrainerProcess)await StartAsync(folder: null);
            var names = (await File.ReadAllTextAsync($"/proc/{trainer.Id}/environ", TestContext.Current.CancellationToken))
                .Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0]).ToList();
            Assert.DoesNotContain(Secret, names);
            Assert.Contains("OMP_WAIT_POLICY", names);
            string[] given = [TrainerEnvironment.Device, TrainerEnvironment.Threads, .. TrainerEnvironment.Variables.Keys];
            Assert.Superset(given.ToHashSet(), names.ToHashSet());
            Assert.All(names.Except(given), name => Assert.True(TrainerEnvironment.Inherits(name), name));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Secret, null);
            Environment.SetEnvironmentVariable("OMP_WAIT_POLICY", null);
        }
    }

    [Theory]
    [InlineData("SWEEP_POSTGRES", false)]
    [InlineData("SWEEP_POSTGRES_PASSWORD_FILE", false)]
    [InlineData("PGPASSWORD", false)]
    [InlineData("ConnectionStrings__sweep", false)]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", false)]
    [InlineData("SWEEP_LIBTORCH", true)]
    [InlineData("LD_LIBRARY_PATH", true)]
    [InlineData("CUDA_VISIBLE_DEVICES", true)]
    [InlineData("PYTORCH_CUDA_ALLOC_CONF", true)]
    public void Only_what_a_trainer_needs_is_inherited(string name, bool inherited) =>
        Assert.Equal(inherited, TrainerEnvironment.Inherits(name));

    [Fact]
    public async Task Every_line_before_the_last_event_is_in_the_attempts_log_before_the_event_is_received()
    {
        // The message {"type":"stopped"} has 18 bytes. The unfinished line before the mark counts as a line too.
        await using var trainer = new TrainerProcess(Script(
            """
            read -r _
            for i in $(seq 1 50); do echo "line $i" >&2; done
            printf 'half a line\036\n' >&2
            printf '\001\022\000\000\000\000\000\000\000{"type":"stopped"}'
            read -r _
            """));
        using var slow = new SemaphoreSlim(0);
        var lines = new List<string>();
        trainer.Log = line =>
        {
            slow.Wait();
            lines.Add(line);
        };
        await trainer.SendAsync(new TrainerCommand.Stop(false), "\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var received = trainer.ReceiveAsync(TestContext.Current.CancellationToken);
        slow.Release(50);
        Assert.NotSame(received, await Task.WhenAny(received, Task.Delay(100, TestContext.Current.CancellationToken)));
        slow.Release();
        Assert.IsType<TrainerEvent.Stopped>((await received.WaitAsync(Patience, TestContext.Current.CancellationToken))!.Value.Event);
        Assert.Equal(["line 1", "line 50", "half a line"], [lines[0], lines[^2], lines[^1]]);
        Assert.Equal(51, lines.Count);
    }

    [Fact]
    public async Task The_last_line_of_a_real_trainer_comes_before_its_last_event()
    {
        await using var trainer = await StartAsync(folder: null);
        var lines = new List<string>();
        trainer.Log = lines.Add;
        await trainer.SendAsync(TrialOrders.Order(TrialOrders.Parameters(CellKind.Rnn)), default, TestContext.Current.CancellationToken);
        Assert.IsType<TrainerEvent.Failed>((await trainer.ReceiveAsync(TestContext.Current.CancellationToken))!.Value.Event);
        Assert.StartsWith("failed (trainer_error): No text is loaded", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_that_closes_its_output_and_goes_on_is_killed()
    {
        await using var trainer = new TrainerProcess(Script("exec >&-; echo bye >&2; exec 2>&-; while :; do sleep 1; done"));
        Assert.Null(
            await trainer.ReceiveAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal("the trainer was ended by signal 9; last line of its log: bye", trainer.Death);
    }

    [Fact]
    public async Task A_silo_that_takes_no_programs_starts_no_runner_whoever_asks()
    {
        var factory = new TrainerProcessFactory(trainer: null, runner: null, programs: false, threads: 1, new FakeTimeProvider());
        var refused = await Assert.ThrowsAsync<TrainerStartException>(
            () => factory.StartAsync(TrainerKind.Program, "cpu", TestContext.Current.CancellationToken));
        Assert.Contains("--programs", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<ITrainer> StartAsync(string? folder) =>
        new TrainerProcessFactory(folder, runner: null, programs: false, threads: 1, new FakeTimeProvider())
            .StartAsync(TrainerKind.Model, "cpu", TestContext.Current.CancellationToken);

    private ProcessStartInfo Script(string text)
    {
        var path = Path.Combine(_folder, "script");
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(path);
    }
}
