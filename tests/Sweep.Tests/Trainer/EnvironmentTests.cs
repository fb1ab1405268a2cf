using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;
using Sweep.Domain.Trials;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Trainer;

public sealed class EnvironmentTests
{
    /// <summary>A variable by which libtorch is told to use other instructions.</summary>
    private const string Instructions = "ATEN_CPU_CAPABILITY";

    /// <summary>A trial whose sums are long enough for libtorch to divide them among threads.</summary>
    private static readonly TrainerCommand.Train Order = TrialOrders.Order(
        TrialOrders.Parameters(CellKind.Lstm) with { HiddenSize = 192, BatchSize = 512, Epochs = 2, SequenceLength = 12 },
        checkpointEvery: 0);

    private static readonly string Text = TrialOrders.Text(1_500);

    /// <summary>The trainings that several tests start from.</summary>
    private static readonly ConcurrentDictionary<(int Threads, string? Instructions), Lazy<Task<Training>>> Trainings = [];

    private sealed record Training(AttemptEnvironment Began, byte[] First, byte[] Last);

    [Fact]
    public async Task A_training_begins_with_where_it_takes_place()
    {
        var (began, _, _) = await Train(threads: 1, instructions: "default");

        Assert.Equal(Libtorch(), began.Torch);
        var cpuinfo = await File.ReadAllTextAsync("/proc/cpuinfo", TestContext.Current.CancellationToken);
        Assert.Equal(Regex.Match(cpuinfo, @"model name\s*: (.*)").Groups[1].Value.Trim(), began.Processor);
        Assert.Equal(("DEFAULT", 1, "cpu", null, null), (began.Capability, began.Threads, began.Device, began.Gpu, began.Driver));
    }

    [Fact]
    public async Task A_precision_of_gpus_is_ignored_on_a_cpu_with_a_line_in_the_log()
    {
        var (alone, _, last) = await Train(threads: 1);
        using var trainer = new TrainerProgram((TrainerEnvironment.Threads, "1"));
        await trainer.Load(Text);
        await trainer.SendAsync(Order with { Precision = Precision.Tf32 });
        var (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        Assert.Equal(alone, Began(heard));
        Assert.Equal(ResumeTests.Tensors(last), ResumeTests.Tensors(heard[^1].Payload));
        await trainer.Logged("trains in float32: precision tf32 is for GPUs, and this is a CPU");
    }

    /// <summary>Vectors of 4 and of 8 numbers, beside the longest that the processor has.</summary>
    [Theory]
    [InlineData("DOTNET_EnableAVX2", "0")]
    [InlineData("DOTNET_MaxVectorTBitWidth", "256")]
    public async Task The_width_of_vectors_changes_no_bit(string variable, string value)
    {
        var (_, _, last) = await Train(threads: 1);
        using var trainer = new TrainerProgram((TrainerEnvironment.Threads, "1"), (variable, value));
        await trainer.Load(Text);
        await trainer.SendAsync(Order);
        var (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        Assert.Equal(ResumeTests.Tensors(last), ResumeTests.Tensors(heard[^1].Payload));
    }

    [Fact]
    public void Another_precision_changes_the_bits_on_a_gpu_and_is_named()
    {
        var gpu = new AttemptEnvironment("2.10.0", "AMD EPYC", "AVX2", 1, "cuda:0", "NVIDIA H100", "580.1");
        Assert.True(gpu.MayDifferInBits(gpu with { Precision = Precision.Tf32 }));
        Assert.Equal("NVIDIA H100 (torch 2.10.0, driver 580.1, TF32)", (gpu with { Precision = Precision.Tf32 }).ToString());
        Assert.Equal("NVIDIA H100 (torch 2.10.0, driver 580.1)", gpu.ToString());
    }

    [Fact]
    public async Task A_trial_keeps_the_threads_with_which_it_began_and_the_next_trial_gets_those_of_the_trainer()
    {
        var (alone, _, one) = await Train(threads: 1);
        var (_, first, two) = await Train(threads: 2);

        using var trainer = new TrainerProgram((TrainerEnvironment.Threads, "1"));
        await trainer.Load(Text);
        await trainer.Load(first);
        await trainer.SendAsync(Order with { Attempt = 2 });
        var (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        Assert.Equal(alone with { Threads = 2 }, Began(heard));
        Assert.Equal(ResumeTests.Tensors(two), ResumeTests.Tensors(heard[^1].Payload));
        await trainer.Logged("trains with 2 threads, as the trial began; this trainer's own number is 1");

        await trainer.SendAsync(Order);
        (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        Assert.Equal(alone, Began(heard));
        Assert.Equal(ResumeTests.Tensors(one), ResumeTests.Tensors(heard[^1].Payload));
    }

    [Fact]
    public async Task A_trial_that_goes_on_with_other_instructions_says_in_its_log_that_bits_may_differ()
    {
        var (began, first, _) = await Train(threads: 1, instructions: "default");
        using var trainer = new TrainerProgram((TrainerEnvironment.Threads, "1"));
        await trainer.Load(Text);
        await trainer.Load(first);
        await trainer.SendAsync(Order with { Attempt = 2 });
        var (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        var here = Began(heard);
        Assert.SkipUnless(began.MayDifferInBits(here), "libtorch has only one kind of instructions for this processor.");

        await trainer.Logged(
            $"the checkpoint was made on {began} and goes on on {here}, "
                + "so the numbers may differ in their last bits from those of an undisturbed run");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task A_checkpoint_with_an_impossible_number_of_threads_is_damaged(int threads)
    {
        var (_, first, _) = await Train(threads: 1);
        using var trainer = new TrainerProgram();
        await trainer.Load(Text);
        await trainer.Load(ResumeTests.WithHeader(first, header => header["environment"]!["threads"] = threads));
        await trainer.SendAsync(Order with { Attempt = 2 });
        Assert.Contains($"found {threads} threads", (await trainer.ReceiveAsync<TrainerEvent.Failed>()).Message.Message);
    }

    /// <summary>The version of the package of libtorch.</summary>
    private static string Libtorch() =>
        XDocument.Load(RepositoryFolder.Join("Directory.Packages.props")).Descendants("PackageVersion")
            .Single(package => package.Attribute("Include")!.Value == "libtorch-cpu-linux-x64").Attribute("Version")!.Value;

    /// <summary>
    /// Returns where a training of the whole trial took place, its first checkpoint and its last one. Each is trained once for all tests,
    /// since it has the same bits each time.
    /// </summary>
    private static Task<Training> Train(int threads, string? instructions = null) =>
        Trainings.GetOrAdd((threads, instructions), _ => new(() => TrainOnce(threads, instructions))).Value;

    private static async Task<Training> TrainOnce(int threads, string? instructions)
    {
        List<(string, string)> variables = [(TrainerEnvironment.Threads, $"{threads}")];
        if (instructions is not null)
            variables.Add((Instructions, instructions));
        using var trainer = new TrainerProgram([.. variables]);
        await trainer.Load(Text);
        await trainer.SendAsync(Order);
        var (_, _, heard) = await trainer.ReceiveAsync<TrainerEvent.Succeeded>();
        return new(Began(heard), heard.First(one => one.Message is TrainerEvent.CheckpointWritten).Payload, heard[^1].Payload);
    }

    private static AttemptEnvironment Began(List<(TrainerEvent Message, byte[] Payload)> heard) =>
        heard.Select(one => one.Message).OfType<TrainerEvent.Began>().Single().Environment;
}
