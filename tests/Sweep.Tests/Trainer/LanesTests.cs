using System.Runtime.Intrinsics;
using Sweep.Trainer.Models.Passes;

namespace Sweep.Tests.Trainer;

/// <summary>Holds the functions of eight numbers at once against those of .NET in double precision.</summary>
public sealed class LanesTests
{
    private static readonly float[] Numbers =
    [
        0, -0f, float.Epsilon, 1e-30f, .. Enumerable.Range(-4000, 8001).Select(step => step / 100f), .. Enumerable.Range(-64, 129).Select(
            step => MathF.CopySign(MathF.Pow(2, -Math.Abs(step) / 4f), step)),
        0.6249999f, 0.625f, -0.625f,
    ];

    [Fact]
    public void Exp_is_right_to_two_units_in_the_last_place() => Assert.All(
        Numbers, number => Assert.Equal(1, Of(Lanes.Exp, number) / Math.Exp(number), 2.4e-7));

    [Fact]
    public void Sigmoid_and_tanh_are_right_to_a_few_units_in_the_last_place() => Assert.All(Numbers, number =>
    {
        Assert.Equal(1, Of(Lanes.Sigmoid, number) * (1 + Math.Exp(-number)), 5e-7);
        if (number == 0)
            Assert.Equal(0, Of(Lanes.Tanh, number));
        else
            Assert.Equal(1, Of(Lanes.Tanh, number) / Math.Tanh(number), 3e-7);
    });

    [Fact]
    public void Ends_of_the_range_are_reached_and_what_is_not_a_number_stays_none()
    {
        Assert.Equal((1f, 0f), (Of(Lanes.Sigmoid, float.PositiveInfinity), MathF.Round(Of(Lanes.Sigmoid, float.NegativeInfinity), 6)));
        Assert.Equal((1f, -1f), (Of(Lanes.Tanh, float.PositiveInfinity), Of(Lanes.Tanh, float.NegativeInfinity)));
        Assert.All([Lanes.Exp, Lanes.Sigmoid, Lanes.Tanh], function => Assert.True(float.IsNaN(Of(function, float.NaN))));
    }

    private static float Of(Func<Vector256<float>, Vector256<float>> function, float number) => function(Vector256.Create(number))[7];
}
