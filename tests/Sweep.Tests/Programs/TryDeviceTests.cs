using Sweep.Client.Errors;
using Sweep.Client.Programs;
using Sweep.Tests.Client;
using Sweep.Tests.Cluster;

namespace Sweep.Tests.Programs;

/// <summary>On which device `sweep try` runs a program.</summary>
public sealed class TryDeviceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sweep-try-device-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'", "0", "cuda:0")]
    [InlineData("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'", "1", "cuda:0")]
    [InlineData("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'", "", "cpu")]
    [InlineData("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'", "-1", "cpu")]
    [InlineData("echo 'No devices found.'", "0", "cpu")]
    [InlineData("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'; exit 9", "0", "cpu")]
    public async Task The_first_GPU_is_taken_where_there_is_one(string script, string visible, string device)
    {
        var program = await ProgramAsync(script);
        Assert.Equal(device, await TryDevice.FirstAsync(Cancellation, program, visible));
    }

    [Fact]
    public async Task A_driver_that_does_not_answer_is_ended_and_the_CPU_is_taken()
    {
        var program = await ProgramAsync("echo 'GPU 0: NVIDIA H200 (UUID: GPU-c184)'; exec sleep 86425");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Poll.Patience);
        Assert.Equal("cpu", await TryDevice.FirstAsync(patience.Token, program, "0", limit: TimeSpan.FromSeconds(1)));
        await Sleepers.AwaitAsync(0, "86425");
    }

    [Fact]
    public async Task Without_the_driver_the_CPU_is_taken() =>
        Assert.Equal("cpu", await TryDevice.FirstAsync(Cancellation, Path.Combine(_folder, "nothing"), "0"));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:0\n")]
    public void Another_word_is_refused(string given)
    {
        var error = Assert.Throws<WrongInputException>(() => TryDevice.Of(given));
        Assert.Equal($"--device: found {given}; expected cpu, or a GPU such as cuda:0.", error.Message);
    }

    [Fact]
    public async Task The_program_sees_the_device_that_was_asked_for()
    {
        var file = Path.Combine(_folder, "mine.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            objective: { metric: loss, goal: minimize }
            program:
              command: [sh, -c, 'echo "on $SWEEP_DEVICE, GPU $CUDA_VISIBLE_DEVICES"; echo "{\"loss\": 1}"']
            parameters:
              x: 1
            """,
            Cancellation);
        // Where CUDA_VISIBLE_DEVICES names the GPUs that these tests may use, the number counts those of them; it names fewer.
        var (code, output, error) = await Samples.RunAsync("try", file, "--device", "cuda:999");
        Assert.True((code, error) == (0, ""), output + error);
        Assert.Contains("on cuda:0, GPU 999", output, StringComparison.Ordinal);
    }

    /// <summary>Writes a shell script that takes the place of nvidia-smi.</summary>
    private async Task<string> ProgramAsync(string script)
    {
        var program = Path.Combine(_folder, "nvidia-smi");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n", Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return program;
    }
}
