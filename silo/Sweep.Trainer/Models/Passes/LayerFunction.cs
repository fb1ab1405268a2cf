using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Sweep.Trainer.Models.Passes;

/// <summary>Makes a <see cref="LayerPass"/> a function that libtorch differentiates.</summary>
internal sealed class LayerFunction : autograd.SingleTensorFunction<LayerFunction>
{
    private const string Pass = "pass";

    /// <summary>What went wrong in the backward passes of this thread since it was thrown last.</summary>
    [ThreadStatic]
    private static ExceptionDispatchInfo? _error;

    public override string Name => nameof(LayerFunction);

    public static Tensor Apply(LayerPass pass) => apply(pass.Input.Rows, pass.Weights, pass.Bias!, pass);

    /// <summary>Computes the gradients of a loss.</summary>
    /// <exception cref="ExternalException">libtorch reported an error, also within a backward pass of a layer.</exception>
    public static void Backward(Tensor loss)
    {
        _error = null;
        loss.backward();
        _error?.Throw();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var pass = (LayerPass)vars[^1];
        ctx.save_data(Pass, pass);
        return pass.Forward();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        try
        {
            var (rows, weights, bias) = ((LayerPass)ctx.get_data(Pass)).Backward(grad_output);
            // One gradient for each argument of apply; the pass itself has none.
            return [rows, weights, bias!, null!];
        }
        catch (Exception error)
        {
            // libtorch calls this function, and an exception must not pass through it.
            _error ??= ExceptionDispatchInfo.Capture(error);
            return [null!, null!, null!, null!];
        }
    }
}
