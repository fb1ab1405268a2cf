using Sweep.Fuzzing;
using Sweep.Tests.Cluster;
using Sweep.Tests.Postgres;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Fuzzing;

/// <summary>Reads damaged inputs for a second with each reader; <c>Sweep.Benchmarks fuzz</c> does so for as long as is wanted.</summary>
[Collection("silos")]
public sealed class FuzzTests(PostgresServer server)
{
    private const ulong Seed = 5;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("sweep-file")]
    [InlineData("set")]
    [InlineData("reference-file")]
    [InlineData("command-line")]
    [InlineData("silo-options")]
    [InlineData("trainer-frames")]
    [InlineData("checkpoint")]
    [InlineData("certificates")]
    public void Damaged_input_is_accepted_or_refused_with_the_error_of_its_reader(string name)
    {
        using var targets = new FuzzTargets(RepositoryFolder.Join());
        Run(targets.All.Single(target => target.Name == name));
    }

    [Fact]
    public void Every_target_is_tested()
    {
        using var targets = new FuzzTargets(RepositoryFolder.Join());
        var tried = typeof(FuzzTests).GetMethod(nameof(Damaged_input_is_accepted_or_refused_with_the_error_of_its_reader))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Length;
        Assert.Equal(targets.All.Count, tried);
    }

    [Fact]
    public async Task Damaged_requests_leave_the_silo_answering()
    {
        await using var silo = await TestSilo.StartAsync(server, new());
        using var target = new SiloHttpTarget(silo.Http.BaseAddress!);
        Run(target);
    }

    [Fact]
    public void A_reader_that_throws_or_hangs_is_found_and_its_input_is_reduced()
    {
        var error = Assert.ThrowsAny<Exception>(() => FuzzRun.Run(new Careless(), Seed, Budget));
        Assert.Matches("Shrunk:\ncareless, input .*, 1 damages, [0-9]+ bytes:\n(.|\n)*tripped", error.Message.ReplaceLineEndings("\n"));
    }

    private static void Run(FuzzTarget target) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"{target.Name}: {FuzzRun.Run(target, Seed, Budget)} inputs, seed {Seed}");

    /// <summary>A reader that throws at a single byte.</summary>
    private sealed class Careless : FuzzTarget
    {
        public override string Name => "careless";

        public override IReadOnlyList<byte[]> Inputs { get; } = ["to be or not to be"u8.ToArray()];

        public override IReadOnlyList<string> Scraps { get; } = ["#", "x"];

        public override Task ReadAsync(byte[] input) =>
            input.Contains((byte)'#') ? throw new InvalidOperationException("tripped") : Task.CompletedTask;
    }
}
