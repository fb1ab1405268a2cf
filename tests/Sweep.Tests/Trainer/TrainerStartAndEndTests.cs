using System.Text.Json;
using Sweep.Domain.Protocol;
using Sweep.Domain.Search;

namespace Sweep.Tests.Trainer;

/// <summary>How the process of a trainer starts, what it loads, and with which codes it ends.</summary>
public sealed class TrainerStartAndEndTests
{
    [Fact]
    public void Garbage_is_not_collected_on_threads_besides_the_training_thread()
    {
        var configuration = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(TrainerProgram.Library, ".runtimeconfig.json")));
        Assert.False(
            configuration.RootElement.GetProperty("runtimeOptions")
                .GetProperty("configProperties")
                .GetProperty("System.GC.Concurrent")
                .GetBoolean());
    }

    [Fact]
    public async Task The_end_of_its_input_ends_the_process_even_within_a_step()
    {
        using var trainer = new TrainerProgram();
        await trainer.Load(TrialOrders.Text(20_000));
        // A step over all windows takes many seconds.
        await trainer.SendAsync(TrialOrders.Order(
            TrialOrders.Parameters(CellKind.Lstm) with { HiddenSize = 256, SequenceLength = 50, BatchSize = null }));
        await trainer.Logged("starts on cpu");
        trainer.Input.Close();

        Assert.Equal(0, await trainer.ExitCode());
    }

    [Theory]
    [InlineData(new byte[] { 9, 2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "Found protocol version 9; this side speaks 1")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0x7F, 0, 0, 0, 0 }, "Found lengths")]
    [InlineData(new byte[] { 1, 2, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}' }, "cannot be read as TrainerCommand")]
    [InlineData(new byte[] { 1, 2, 0 }, "The stream ended within a header")]
    public async Task A_stream_that_is_not_the_protocol_ends_the_process_with_its_own_code(byte[] bytes, string reason)
    {
        using var trainer = new TrainerProgram();
        await trainer.Input.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await trainer.Input.FlushAsync(TestContext.Current.CancellationToken);
        trainer.Input.Close();

        Assert.Equal(4, await trainer.ExitCode());
        await trainer.Logged(reason);
    }

    [Theory]
    [InlineData(TrainerEnvironment.Threads, "0", 2, "SWEEP_THREADS: found 0; expected a whole number of at least 1.")]
    [InlineData(TrainerEnvironment.Device, "gpu", 2, "SWEEP_DEVICE: found gpu; expected cpu, or cuda:0 and so on.")]
    [InlineData(TrainerEnvironment.Device, "cuda:0", 3, "was built without CUDA")]
    [InlineData(TrainerEnvironment.Libtorch, "/nowhere", 3, "libtorch cannot be loaded from /nowhere: libc10.so is not there.")]
    public async Task A_trainer_that_cannot_start_names_what_to_use(string variable, string value, int code, string reason)
    {
        using var trainer = new TrainerProgram((variable, value));

        Assert.Null(await trainer.Next());
        Assert.Equal(code, await trainer.ExitCode());
        var line = await trainer.Logged(reason);
        if (code == 3)
            Assert.Contains("-p:Torch=cuda", line);
    }

    [Fact]
    public async Task Another_libtorch_is_loaded_from_the_named_folder()
    {
        // A link would not do: the linker takes a file that it has loaded already for the same library, under any name.
        var folder = Directory.CreateTempSubdirectory("sweep-libtorch-");
        try
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(TrainerProgram.Library)!, "libtorch")))
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            using var trainer = new TrainerProgram((TrainerEnvironment.Libtorch, folder.FullName));
            await trainer.ReceiveAsync<TrainerEvent.Ready>();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
