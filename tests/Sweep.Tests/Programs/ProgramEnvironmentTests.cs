using Sweep.Domain.Programs;

namespace Sweep.Tests.Programs;

public sealed class ProgramEnvironmentTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Theory]
    [InlineData("cpu", null, "", "cpu")]
    [InlineData("cuda:2", null, "2", "cuda:0")]
    [InlineData("cuda:1,cuda:3", null, "1,3", "cuda:0")]
    [InlineData("cuda:1,cuda:1", null, "1", "cuda:0")]
    // A silo that sees only some devices counts those from 0.
    [InlineData("cuda:1", "4,7", "7", "cuda:0")]
    [InlineData("cuda:0,cuda:1", "GPU-a, GPU-b", "GPU-a,GPU-b", "cuda:0")]
    [InlineData("cpu", "4,7", "", "cpu")]
    public void A_program_sees_the_devices_of_its_slots_and_counts_them_from_0(
        string devices, string? shown, string visible, string device)
    {
        var own = shown is null ? Nothing : new() { ["CUDA_VISIBLE_DEVICES"] = shown };
        var variables = ProgramEnvironment.Of(own, devices.Split(','), threads: 4, Nothing, file: null);
        Assert.Equal(
            (visible, device, "4"), (variables["CUDA_VISIBLE_DEVICES"], variables["SWEEP_DEVICE"], variables["OMP_NUM_THREADS"]));
    }
}
